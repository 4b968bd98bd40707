import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from home import rules, tree

hex_colour = RegexValidator(
    r"\A#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six digits or letters, such as #0b4f9e.")
)


def page_field(label):
    return models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


def site_name() -> str:
    """How the default site calls itself, for documents and mails that no request asked for."""
    return tree.remembered("site name", _site_name)


def _site_name() -> str:
    site = Site.objects.filter(is_default_site=True).first()
    return (SiteSettings.for_site(site).name if site else "") or settings.WAGTAIL_SITE_NAME


def contact_address() -> str:
    """Where people's words go: the site's contact, else the address the site writes from."""
    site = Site.objects.filter(is_default_site=True).first()
    contact = SiteSettings.for_site(site).contact_email if site else ""
    return contact or settings.DEFAULT_FROM_EMAIL


@register_setting(icon="site", order=1)
class SiteSettings(BaseSiteSetting):
    """How the site calls itself, what it looks like, and where its duties are written down."""

    name = models.CharField(_("name"), max_length=80, default="Urban Academy")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    logo = models.ForeignKey(
        "home.CustomImage",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    colour_light = models.CharField(
        _("brand colour on light pages"), max_length=7, blank=True, validators=[hex_colour]
    )
    colour_dark = models.CharField(
        _("brand colour on dark pages"), max_length=7, blank=True, validators=[hex_colour]
    )
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    accessibility_page = page_field(_("accessibility statement"))
    accessibility_reviewed_on = models.DateField(
        _("accessibility last reviewed on"), null=True, blank=True
    )
    privacy_page = page_field(_("privacy notice"))
    cookies_page = page_field(_("cookies page"))
    help_page = page_field(_("help page"))
    is_demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_("Says on every page that nothing here is an actual offer."),
    )

    select_related = [
        "site",
        "logo",
        "accessibility_page",
        "privacy_page",
        "cookies_page",
        "help_page",
    ]
    panels = [
        FieldPanel("name"),
        FieldPanel("tagline"),
        FieldPanel("contact_email"),
        FieldPanel("is_demonstration"),
        MultiFieldPanel(
            [
                FieldPanel("logo"),
                FieldPanel("colour_light"),
                FieldPanel("colour_dark"),
                HelpPanel(template="home/admin/colour_help.html"),
            ],
            heading=_("Look"),
        ),
        MultiFieldPanel(
            [
                PageChooserPanel("accessibility_page"),
                FieldPanel("accessibility_reviewed_on"),
                PageChooserPanel("privacy_page"),
                PageChooserPanel("cookies_page"),
                PageChooserPanel("help_page"),
            ],
            heading=_("Statements"),
        ),
    ]

    class Meta:
        verbose_name = _("site settings")

    def clean(self):
        super().clean()
        errors = {}
        papers = {"colour_light": rules.PAPER_LIGHT, "colour_dark": rules.PAPER_DARK}
        for field, paper in papers.items():
            colour = getattr(self, field)
            if rules.is_colour(colour) and not rules.is_readable(colour, paper):
                errors[field] = self._too_pale(colour, paper)
        if bool(self.colour_light) != bool(self.colour_dark):
            empty = "colour_dark" if self.colour_light else "colour_light"
            errors.setdefault(empty, _("Give both colours, or leave both empty."))
        if errors:
            raise ValidationError(errors)

    @property
    def css(self) -> str:
        """The brand's custom properties, or nothing where the academy's own colours hold."""
        if not (self.colour_light and self.colour_dark):
            return ""
        light, dark = self.colour_light, self.colour_dark
        pairs = {
            "--brand": (light, dark),
            "--brand-strong": (rules.mix(light, "#000000", 0.75), rules.mix(dark, "#ffffff", 0.6)),
            "--brand-tint": (
                rules.brand_tint(light, rules.PAPER_LIGHT),
                rules.brand_tint(dark, rules.PAPER_DARK),
            ),
        }
        lines = (f"{name}: light-dark({one}, {other});" for name, (one, other) in pairs.items())
        return f":root {{ {' '.join(lines)} }}\n"

    @property
    def css_url(self) -> str | None:
        """The stylesheet's address, which changes with its content. None where there is none."""
        if not self.css:
            return None
        version = hashlib.sha256(self.css.encode()).hexdigest()[:10]
        return f"{reverse('home:site_css')}?v={version}"

    @staticmethod
    def _too_pale(colour: str, paper: tuple[str, ...]):
        return ValidationError(
            _(
                "This colour is too close to the paper: %(found)s to 1, and text needs 4.5 to 1. "
                "Choose a darker one for light pages, a lighter one for dark pages."
            ),
            params={"found": f"{rules.weakest_contrast(colour, paper):.1f}"},
        )
