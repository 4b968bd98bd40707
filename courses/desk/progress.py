"""How far people are in a course, as picture and table: who came how far, who is stuck where."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from courses.desk.people import (
    IDLE_DAYS,
    STUCK_AFTER_DAYS,
    check,
    days_ago,
    desk_context,
    idle_choices,
    run_name,
)
from courses.models import CourseRun, Enrolment, ItemProgress, LearningItem
from courses.permissions import VIEW
from courses.states import EnrolmentState
from courses.titles import course_title, lesson_titles
from home.rules import number_of


@dataclass(frozen=True)
class Bar:
    """One line of a picture: `share` of the whole in percent, for the length of its bar."""

    label: str
    count: int
    whole: int

    @property
    def share(self) -> float:
        return round(100 * self.count / self.whole, 1) if self.whole else 0.0


@dataclass(frozen=True)
class Lesson:
    """How many have done it, are excused, are in it, and have not begun it. `stuck` stopped in it
    without finishing it, `stopped` after finishing it."""

    item: int
    title: str
    done: int
    excused: int
    begun: int
    open: int
    stuck: int
    stopped: int

    @property
    def parts(self) -> list[dict]:
        """The stretches of the bar, side by side, in percent of everybody."""
        whole = self.done + self.excused + self.begun + self.open
        stretches, at = [], 0.0
        for name in ("done", "excused", "begun", "open"):
            width = 100 * getattr(self, name) / whole if whole else 0
            stretches.append({"name": name, "x": f"{at:.2f}", "width": f"{width:.2f}"})
            at += width
        return stretches


def progress(request):
    """The coordinator's courses, with the figures of each. Three queries, however many."""
    check(request, VIEW)
    courses = LearningItem.objects.in_reach_of(request.user)
    since = days_ago(STUCK_AFTER_DAYS)
    standing = ~Q(runs__enrolments__state=EnrolmentState.WITHDRAWN)
    active = Q(runs__enrolments__state=EnrolmentState.ACTIVE)
    rows = courses.annotate(
        enrolled=Count("runs__enrolments", filter=standing),
        active=Count("runs__enrolments", filter=active),
        completed=Count(
            "runs__enrolments", filter=Q(runs__enrolments__state=EnrolmentState.COMPLETED)
        ),
    )
    idle = dict(
        Enrolment.objects.in_reach_of(request.user)
        .idle(since)
        .order_by()
        .values_list("run__course")
        .annotate(Count("pk"))
    )
    found = [
        {
            "pk": row.pk,
            "title": course_title(row.key),
            "enrolled": row.enrolled,
            "active": row.active,
            "completed": row.completed,
            "idle": idle.get(row.pk, 0),
        }
        for row in rows
    ]
    context = {
        **desk_context(request, "progress"),
        "courses": sorted(found, key=lambda row: row["title"].casefold()),
        "days": STUCK_AFTER_DAYS,
    }
    return TemplateResponse(request, "courses/desk/progress_index.html", context)


def progress_of(request, pk: int):
    """One course, or one run of it. The number of queries does not depend on people or lessons."""
    check(request, VIEW)
    course = get_object_or_404(LearningItem.objects.in_reach_of(request.user), pk=pk)
    runs = list(CourseRun.objects.filter(course=course).order_by("-starts_on", "pk"))
    run = next((r for r in runs if r.pk == number_of(request.GET.get("run"))), None)
    days = number_of(request.GET.get("days"))
    days = days if days in IDLE_DAYS else STUCK_AFTER_DAYS
    enrolments = Enrolment.objects.filter(run__course=course)
    if run:
        enrolments = enrolments.filter(run=run)
    counts = enrolments.funnel()
    context = {
        **desk_context(request, "progress"),
        "course": course,
        "title": course_title(course.key),
        "runs": [(r.pk, run_name(r)) for r in runs] if len(runs) > 1 else [],
        "run": run,
        "days": days,
        "day_choices": [(int(value), label) for value, label in idle_choices()],
        "counts": counts,
        "funnel": _funnel(counts),
        "lessons": _lessons(course, enrolments, counts, days),
        "never": enrolments.idle(days_ago(days)).in_lesson(None).count(),
    }
    return TemplateResponse(request, "courses/desk/progress.html", context)


def _funnel(counts: dict) -> list[Bar]:
    labels = {
        "enrolled": _("enrolled"),
        "began": _("began"),
        "half": _("half done"),
        "lessons": _("everything done"),
        "completed": _("course completed"),
    }
    return [Bar(label, counts[name], counts["enrolled"]) for name, label in labels.items()]


def _lessons(course, enrolments, counts: dict, days: int) -> list[Lesson]:
    """In the order of the newest outline. Everybody stands in one of the four columns."""
    standing = enrolments.standing()
    rows = ItemProgress.objects.filter(enrolment__in=standing)
    excused = Q(done_at__isnull=True, excused_at__isnull=False)
    begun = Q(done_at__isnull=True, excused_at__isnull=True, opened_at__isnull=False)
    found = {
        row["item"]: row
        for row in rows.order_by()
        .values("item")
        .annotate(
            done=Count("pk", filter=Q(done_at__isnull=False)),
            excused=Count("pk", filter=excused),
            begun=Count("pk", filter=begun),
        )
    }
    stuck = _stuck(enrolments, days)
    lessons = []
    for item, title in lesson_titles(course).items():
        row = found.get(item, {})
        done, free, in_it = (row.get(name, 0) for name in ("done", "excused", "begun"))
        lessons.append(
            Lesson(
                item=item,
                title=title,
                done=done,
                excused=free,
                begun=in_it,
                open=max(counts["enrolled"] - done - free - in_it, 0),
                stuck=stuck.get((item, False), 0),
                stopped=stuck.get((item, True), 0),
            )
        )
    return lessons


def _stuck(enrolments, days: int) -> dict[tuple[int, bool], int]:
    """How many stopped in which lesson, and whether they had finished it."""
    finished = ItemProgress.objects.filter(
        enrolment=OuterRef("pk"), item=OuterRef("summary__last_item"), done_at__isnull=False
    )
    rows = (
        enrolments.idle(days_ago(days))
        .filter(summary__last_item__isnull=False)
        .annotate(last=F("summary__last_item"), finished=Exists(finished))
        .order_by()
        .values("last", "finished")
        .annotate(people=Count("pk"))
    )
    return {(row["last"], bool(row["finished"])): row["people"] for row in rows}
