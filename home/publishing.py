"""A page goes out only when it is complete, whichever door it takes: the editor's form, several
pages at once, the end of a workflow, or a date."""

import logging

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.fields import StreamField

logger = logging.getLogger(__name__)

SCHEDULED = "wagtail.publish.scheduled"


class UnfinishedPage(Exception):
    """Somebody tried to publish a draft that lacks what a published page must have. Without
    `fields` it lacks its translation: nobody has translated a word of it."""

    def __init__(self, page, fields=()):
        super().__init__(f"{page.pk}: {', '.join(fields) or 'not translated'}")
        self.page = page
        self.fields = fields

    @property
    def words(self) -> str:
        if not self.fields:
            return _("Nothing was published: no text of “%(page)s” is translated yet.")
        return _(
            'Nothing was published: "%(page)s" is unfinished. Publish it from its own form, '
            "which shows what is missing."
        )


def unfinished(page) -> dict[str, ValidationError]:
    """What a draft may leave open and a published page may not, by the name of the field."""
    found = {}
    try:
        page.full_clean()
    except ValidationError as error:
        found = dict(error.error_dict)
    for field in page._meta.get_fields():
        value = getattr(page, field.name) if isinstance(field, StreamField) else None
        if not value:
            continue
        try:
            field.stream_block.clean(value)
        except ValidationError as error:
            found[field.name] = error
    return found


class CompletePageMixin:
    """Refuses to publish an unfinished revision, or one that waits for its translator. At its date
    it stays a draft, and the log says so, so that one page never holds up the others."""

    def publish(self, revision, user=None, changed=True, log_action=True, **kwargs):
        try:
            self._check(revision)
        except UnfinishedPage as refusal:
            if log_action != SCHEDULED:
                raise
            logger.error("Page is unfinished and was not published: %s", refusal)
            return None
        return super().publish(
            revision, user=user, changed=changed, log_action=log_action, **kwargs
        )

    def _check(self, revision) -> None:
        from home.translations import is_untouched

        if open_fields := unfinished(revision.as_object()):
            raise UnfinishedPage(self, open_fields)
        if is_untouched(self):
            raise UnfinishedPage(self)


def publish_scheduled() -> None:
    """Pages whose date has come go out, and those whose time is over go off. For each minute."""
    call_command("publish_scheduled", verbosity=0)


def publish_approved(workflow_state, user=None):
    """At the end of a moderation: whoever may approve the last step needs no right to publish."""
    revision = workflow_state.content_object.get_latest_revision()
    revision.publish(user=user, skip_permission_checks=True)


class UnfinishedPageMiddleware:
    """Answers a refusal with words and the page's own form."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, UnfinishedPage):
            return None
        page = exception.page
        messages.error(request, exception.words % {"page": page.get_admin_display_title()})
        return redirect("wagtailadmin_pages:edit", page.pk)
