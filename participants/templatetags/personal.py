"""The register of personal data, in templates."""

from django import template

from participants import readable

register = template.Library()
register.filter("field_labels", readable.labels)
