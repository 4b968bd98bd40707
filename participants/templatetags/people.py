"""What the accounts pages and the foot of every page need."""

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from participants.forms.feedback import FeedbackForm

register = template.Library()

# In our words and our case, in place of those that allauth brings.
LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "remember": _("Keep me signed in on this device"),
    "oldpassword": _("Your present password"),
    "code": _("Code"),
    "passwordless": _("Sign in with it alone, without a password (a passkey)"),
}
HINTS = {
    "passwordless": _("Your device then asks for your finger, your face or its own code."),
}


@register.filter
def in_our_words(form):
    """The form with our labels, and without the placeholders that repeat them."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in HINTS:
            field.help_text = form[name].help_text = HINTS[name]
        if name in LABELS:
            field.label = LABELS[name]
            form[name].label = LABELS[name]  # a form that was checked has made it already
    return form


@register.filter
def is_honeypot(field) -> bool:
    return "data-honeypot" in field.field.widget.attrs


@register.inclusion_tag("participants/feedback_disclosure.html", takes_context=True)
def feedback_form(context):
    """A form at the foot of the page, closed until somebody opens it."""
    request = context.get("request")
    return {
        "form": FeedbackForm(page=request.get_full_path()) if request else None,
        "site": context.get("site_info"),
    }


@register.simple_tag
def has_eu_login() -> bool:
    return settings.HAS_EU_LOGIN
