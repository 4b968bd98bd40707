"""Every question asked of courses' rows."""

from functools import reduce
from itertools import takewhile
from operator import or_

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from courses import permissions
from courses.states import EnrolmentState, ItemKind, ManifestKind

# What certificates of completion are issued for.
CERTIFICATE_SUBJECT = "courses.Enrolment"


def _model(name):
    return apps.get_model("courses", name)


def items_below(page, **conditions):
    """Lessons and quizzes below a page, or the page itself, in reading order; those of a course
    itself come with those of its modules."""
    found = [
        item
        for name in ("LessonPage", "QuizPage")
        for item in _model(name).objects.descendant_of(page, inclusive=True).filter(**conditions)
    ]
    return sorted(found, key=lambda item: item.path)


class LearningItemQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """The courses that this person coordinates."""
        courses = self.filter(kind=ItemKind.COURSE)
        return courses.filter(permissions.in_reach(user, "pk"))

    def courses_with(self, items):
        """The courses that have, or once had, one of these lessons in an outline."""
        return self.filter(manifests__items__item__in=items).distinct()

    def with_evidence(self):
        """Lessons that somebody opened or worked on, and courses that somebody was enrolled in."""
        of_lessons = [
            models.Exists(_model(name).objects.filter(item=models.OuterRef("pk")))
            for name in ("ProgressEvent", "ItemProgress", "PartProgress", "Reflection", "Attempt")
        ]
        enrolled = _model("Enrolment").objects.filter(run__course=models.OuterRef("pk"))
        return self.filter(reduce(or_, of_lessons, models.Exists(enrolled)))

    def behind(self):
        """Courses with somebody under way whom the newest change has not reached yet."""
        stale = EnrolmentQuerySet(_model("Enrolment")).behind()
        return self.filter(models.Exists(stale.filter(run__course=models.OuterRef("pk"))))


class ManifestQuerySet(models.QuerySet):
    def latest_of(self, course):
        """The newest outline of a course, or None."""
        return self.filter(course=course).order_by("-number").first()

    def latest_each(self):
        """The newest outline of every course."""
        newest = (
            self.model.objects.filter(course=models.OuterRef("course"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))

    def shown_to(self, pinned):
        """The outline that somebody sees whose enrolment is pinned to `pinned`: the newest one
        before a material change. One to pass over is one that has not reached them yet."""
        newer = self.filter(course=pinned.course_id, number__gt=pinned.number)
        reached = takewhile(lambda m: m.kind != ManifestKind.MATERIAL, newer.order_by("number"))
        return next(iter(reversed(list(reached))), pinned)

    def shown_to_each(self, pinned):
        """The same for many, as ids, in one query."""
        pinned = list(pinned)
        rows = list(
            self.filter(course__in={one.course_id for one in pinned})
            .order_by("number")
            .values_list("pk", "course", "number", "kind")
        )

        def shown(one):
            newer = (row for row in rows if row[1] == one.course_id and row[2] > one.number)
            reached = takewhile(lambda row: row[3] != ManifestKind.MATERIAL, newer)
            return next((row[0] for row in reversed(list(reached))), one.pk)

        return {one.pk: shown(one) for one in pinned}

    def material_after(self, pinned):
        """Material outlines that are newer than `pinned`, oldest first."""
        newer = self.filter(course=pinned.course_id, number__gt=pinned.number)
        return newer.filter(kind=ManifestKind.MATERIAL).order_by("number")

    def with_items(self):
        return self.prefetch_related("items__item")


class CourseRunQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """Those of the courses that this person coordinates."""
        return self.filter(permissions.in_reach(user, "course"))

    def self_paced(self):
        return self.filter(starts_on__isnull=True, ends_on__isnull=True)

    def with_dates(self):
        return self.exclude(starts_on__isnull=True, ends_on__isnull=True)

    def of(self, course_key):
        return self.filter(course__key=course_key)

    def unshown(self):
        """Whose dates changed, and not everybody's calendar has heard of it."""
        return self.filter(dates_shown__lt=models.F("dates_version"))


class EnrolmentQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """Those in courses that this person coordinates: all for administrators."""
        return self.filter(permissions.in_reach(user, "run__course"))

    def of(self, user):
        """Somebody's own; nobody's for a visitor."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def standing(self):
        """Active or completed: those in which progress shows."""
        return self.exclude(state=EnrolmentState.WITHDRAWN)

    def left(self):
        return self.filter(state=EnrolmentState.WITHDRAWN)

    def in_course(self, course_key):
        return self.filter(run__course__key=course_key)

    def knowing(self, item):
        """Those whose course has, or had, this lesson in an outline, or who worked on it."""
        listed = models.Q(run__course__manifests__items__item=item)
        return self.filter(listed | models.Q(progress__item=item)).distinct()

    def with_summary(self):
        return self.select_related("summary", "run__course", "manifest")

    def active(self):
        return self.filter(state=EnrolmentState.ACTIVE)

    def behind(self):
        """People under way whom the newest change of their course has not reached yet."""
        return self.active().filter(summary__version__lt=models.F("run__course__version"))

    def reachable(self):
        """Those whose person is there and can be written to."""
        return self.standing().filter(user__is_active=True, user__erased_at__isnull=True)

    def without_certificate(self):
        """Completed, and nothing was issued for it yet."""
        credentials = apps.get_model("credentials", "Credential").objects
        issued = credentials.filter(subject=CERTIFICATE_SUBJECT, subject_id=models.OuterRef("pk"))
        completed = self.filter(state=EnrolmentState.COMPLETED, user__isnull=False)
        return completed.filter(~models.Exists(issued))

    def newest_first(self):
        return self.order_by("-enrolled_at", "-pk")

    def named(self, words):
        """Whose name or e-mail address contains these words."""
        return self.filter(
            models.Q(user__name__icontains=words) | models.Q(user__email__icontains=words)
        )

    def idle(self, since):
        """Under way, and nothing happened since that moment; not even a first lesson."""
        seen = models.functions.Coalesce("summary__last_seen_at", "enrolled_at")
        return self.active().alias(seen=seen).filter(seen__lt=since)

    def in_lesson(self, item):
        """Whose last lesson this is."""
        return self.filter(summary__last_item=item)

    def of_country(self, code):
        return self.filter(user__profile__country=code)

    def of_organisation(self, words):
        return self.filter(user__profile__organisation__name__icontains=words)

    def for_desk(self):
        """With all that a list of people shows."""
        return self.select_related(
            "user__profile__organisation", "run__course", "summary__last_item"
        )

    def funnel(self):
        """How many came how far, as one row of counts."""
        there = ~models.Q(state=EnrolmentState.WITHDRAWN)
        completed = models.Q(state=EnrolmentState.COMPLETED)

        def counted(condition):
            return models.Count("pk", filter=there & condition)

        return self.aggregate(
            enrolled=counted(models.Q()),
            began=counted(models.Q(summary__last_seen_at__isnull=False) | completed),
            half=counted(models.Q(summary__percent__gte=50)),
            lessons=counted(models.Q(summary__percent=100)),
            completed=counted(completed),
            withdrawn=models.Count("pk", filter=~there),
        )


class DeskActQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """What was done in courses that this person coordinates."""
        return self.filter(permissions.in_reach(user, "course"))

    def newest_first(self):
        return self.order_by("-at", "-pk")


class QuestionQuerySet(models.QuerySet):
    def current(self):
        """Those that quizzes may ask from now on."""
        return self.filter(retired_at__isnull=True)

    def with_words(self, language):
        """With `words` in one language and `kind` of the newest version, newest question first."""
        versions = _model("QuestionVersion").objects.filter(
            question=models.OuterRef("pk"), number=models.OuterRef("newest")
        )
        texts = _model("QuestionText").objects.filter(
            version__question=models.OuterRef("pk"),
            version__number=models.OuterRef("newest"),
            language=language,
        )
        return self.annotate(
            words=models.Subquery(texts.values("question")[:1]),
            kind=models.Subquery(versions.values("kind")[:1]),
        ).order_by("-made_at", "-pk")

    def saying(self, words):
        """Those whose newest version has these words, in any language."""
        texts = _model("QuestionText").objects.filter(
            version__question=models.OuterRef("pk"),
            version__number=models.OuterRef("newest"),
            question__icontains=words,
        )
        return self.filter(models.Exists(texts))

    def without(self, language):
        """Those that readers of a language are shown in the source's words."""
        texts = _model("QuestionText").objects.filter(
            version__question=models.OuterRef("pk"),
            version__number=models.OuterRef("newest"),
            language=language,
            is_ready=True,
        )
        return self.exclude(models.Exists(texts))

    def with_usage(self):
        """With `quizzes`: in how many of the source language they stand, drafts included."""
        places = _model("QuizQuestion").objects.filter(
            question=models.OuterRef("pk"), page__locale__language_code=settings.LANGUAGE_CODE
        )
        counted = places.order_by().values("question").annotate(n=models.Count("pk")).values("n")
        return self.annotate(quizzes=Coalesce(models.Subquery(counted), 0))

    def in_use(self):
        """In a public quiz, or asked in an attempt, in whichever version."""
        places = _model("QuizQuestion").objects.filter(
            question=models.OuterRef("pk"), page__live=True
        )
        answers = _model("AttemptAnswer").objects.filter(version__question=models.OuterRef("pk"))
        return self.filter(models.Exists(places) | models.Exists(answers))


class QuestionVersionQuerySet(models.QuerySet):
    def newest(self):
        return self.filter(number=models.F("question__newest"))

    def asked(self):
        """Pinned by an attempt: their meaning stays as it is."""
        answers = _model("AttemptAnswer").objects.filter(version=models.OuterRef("pk"))
        return self.filter(models.Exists(answers))


class AttemptQuerySet(models.QuerySet):
    def of(self, user):
        """Somebody's own; nobody's for a visitor."""
        return self.filter(enrolment__user=user) if user.is_authenticated else self.none()

    def at(self, enrolment, item_id):
        return self.filter(enrolment=enrolment, item=item_id)

    def handed_in(self):
        return self.filter(submitted_at__isnull=False)
