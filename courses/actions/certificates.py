"""A completed course earns a certificate: once, made by the worker."""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import CoursePage, Enrolment
from courses.querysets import CERTIFICATE_SUBJECT as SUBJECT
from courses.states import CreditRole
from credentials import actions as credentials
from credentials.models import Credential
from home.models import site_name

logger = logging.getLogger(__name__)


@transaction.atomic
def issue_certificate(enrolment_id: int, *, now: datetime | None = None) -> Credential | None:
    """The certificate of a completed enrolment; repeating it makes no second one. None where the
    course is not completed, or the person was erased."""
    enrolment = (
        Enrolment.objects.select_related("run__course", "manifest", "user").filter(pk=enrolment_id)
    ).first()
    if enrolment is None or enrolment.completed_at is None or enrolment.user is None:
        return None
    course = _course(enrolment.run.course.key, enrolment.user.language)
    language = course.locale.language_code if course else settings.LANGUAGE_CODE
    with translation.override(language):
        facts = _facts(enrolment, course)
    return credentials.issue(
        SUBJECT,
        enrolment.pk,
        holder_id=enrolment.user.pk,
        title=_title(enrolment, course, language),
        language=language,
        issuer=site_name(),
        facts=facts,
        achieved_at=enrolment.completed_at,
        now=now,
    )


def issue_missing() -> int:
    """The sweep: completed courses whose certificate a lost message did not bring."""
    made = 0
    for pk in Enrolment.objects.without_certificate().order_by("pk").values_list("pk", flat=True):
        try:
            made += issue_certificate(pk) is not None
        except Exception as error:  # one that cannot be made must not keep the others waiting
            logger.error("Certificate of enrolment %s: %s", pk, type(error).__name__)
    return made


def certificate_of(enrolment: Enrolment) -> Credential | None:
    """The newest certificate of an enrolment, whatever became of it."""
    return Credential.objects.for_subject(SUBJECT, [enrolment.pk]).last()


def _course(key: UUID, language: str) -> CoursePage | None:
    """The course in the person's language, where there is one that is public; else the source."""
    pages = CoursePage.objects.filter(translation_key=key, live=True).select_related("locale")
    by_language = {page.locale.language_code: page for page in pages}
    return by_language.get(language) or by_language.get(settings.LANGUAGE_CODE)


def _title(enrolment: Enrolment, course: CoursePage | None, language: str) -> str:
    """As the outline named it that was completed; in a language that came later, as the page."""
    titles = enrolment.manifest.titles
    if language not in titles and course is not None:
        return course.title
    return titles.get(language) or next(iter(titles.values()))


def _facts(enrolment: Enrolment, course: CoursePage | None) -> credentials.Facts:
    entries = list(enrolment.manifest.items.all())
    reviewers = course.credits.filter(role=CreditRole.REVIEWER) if course else []
    names = ", ".join(
        f"{one.name} ({one.organisation})" if one.organisation else one.name for one in reviewers
    )
    tested = any(entry.parts for entry in entries if entry.required)
    return credentials.Facts(
        outcomes=course.outcome_list() if course else [],
        minutes=sum(entry.minutes for entry in entries if entry.required),
        participation=_("Online, at one's own pace"),
        assessment=_("Lessons confirmed as read; self-checks answered correctly where required")
        if tested
        else _("Lessons confirmed as read"),
        quality=_("Reviewed by %(names)s") % {"names": names} if names else "",
        outline=enrolment.manifest.number,
    )
