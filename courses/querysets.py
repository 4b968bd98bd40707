"""Every question asked of courses' rows."""

from functools import reduce
from itertools import takewhile
from operator import or_

from django.apps import apps
from django.db import models

from courses.states import EnrolmentState, ManifestKind

# What certificates of completion are issued for.
CERTIFICATE_SUBJECT = "courses.Enrolment"


def _model(name):
    return apps.get_model("courses", name)


class LearningItemQuerySet(models.QuerySet):
    def courses_with(self, items):
        """The courses that have, or once had, one of these lessons in an outline."""
        return self.filter(manifests__items__item__in=items).distinct()

    def with_evidence(self):
        """Lessons that somebody opened or worked on, and courses that somebody was enrolled in."""
        of_lessons = [
            models.Exists(_model(name).objects.filter(item=models.OuterRef("pk")))
            for name in ("ProgressEvent", "ItemProgress", "PartProgress", "Reflection")
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

    def material_after(self, pinned):
        """Material outlines that are newer than `pinned`, oldest first."""
        newer = self.filter(course=pinned.course_id, number__gt=pinned.number)
        return newer.filter(kind=ManifestKind.MATERIAL).order_by("number")

    def with_items(self):
        return self.prefetch_related("items__item")


class CourseRunQuerySet(models.QuerySet):
    def self_paced(self):
        return self.filter(starts_on__isnull=True, ends_on__isnull=True)

    def of(self, course_key):
        return self.filter(course__key=course_key)


class EnrolmentQuerySet(models.QuerySet):
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

    def without_certificate(self):
        """Completed, and nothing was issued for it yet."""
        credentials = apps.get_model("credentials", "Credential").objects
        issued = credentials.filter(subject=CERTIFICATE_SUBJECT, subject_id=models.OuterRef("pk"))
        completed = self.filter(state=EnrolmentState.COMPLETED, user__isnull=False)
        return completed.filter(~models.Exists(issued))

    def newest_first(self):
        return self.order_by("-enrolled_at", "-pk")
