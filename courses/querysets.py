"""Every question asked of courses' rows."""

from django.db import models

from courses.states import EnrolmentState


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

    def in_course(self, course_key):
        return self.filter(run__course__key=course_key)

    def with_summary(self):
        return self.select_related("summary", "run__course")

    def newest_first(self):
        return self.order_by("-enrolled_at", "-pk")
