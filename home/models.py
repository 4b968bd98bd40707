import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase
from wagtail.documents.models import AbstractDocument, Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition, Image as WagtailImage
from wagtail.models import Page
from wagtailmedia.models import AbstractMedia


class TreeVersion(models.Model):
    """One row whose token changes with everything that visitors see of the page tree."""

    token = models.UUIDField(default=uuid.uuid4)


class Topic(TagBase):
    free_tagging = False

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class CustomImage(AbstractImage):
    admin_form_fields = WagtailImage.admin_form_fields


class CustomRendition(AbstractRendition):
    image = models.ForeignKey(CustomImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]


class CustomDocument(AbstractDocument):
    admin_form_fields = WagtailDocument.admin_form_fields


class CustomMedia(AbstractMedia):
    admin_form_fields = ["title", "file", "collection", "duration", "width", "height", "thumbnail"]


class BasePage(Page):
    """What every page of the site has."""

    class Meta:
        abstract = True


class HomePage(BasePage):
    pass


class StandardPage(BasePage):
    pass
