"""What the accounts pages and the foot of every page need."""

from functools import cache
from uuid import uuid4

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from participants.forms.feedback import FeedbackForm

register = template.Library()

# Stand in for what differs in a form that is drawn once.
PAGE, NUMBER = "the-address-of-the-page", "the-number-of-the-form"

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


@register.simple_tag(takes_context=True)
def feedback_form(context) -> SafeString:
    """A form at the foot of the page, closed until somebody opens it. All but the address of the
    page and the form's own number is drawn once a language."""
    request = context.get("request")
    if request is None:
        return mark_safe("")
    html = _feedback_form(get_language()).replace(NUMBER, str(uuid4()))
    return mark_safe(html.replace(PAGE, escape(request.get_full_path())))  # noqa: S308, escaped


@cache
def _feedback_form(language: str | None) -> str:
    form = FeedbackForm(initial={"page": PAGE, "token": NUMBER})
    return get_template("participants/feedback_disclosure.html").render({"form": form})


@register.simple_tag
def has_eu_login() -> bool:
    return settings.HAS_EU_LOGIN
