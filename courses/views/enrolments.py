from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses import actions
from courses.forms import GoalForm
from courses.models import CourseRun, Enrolment
from courses.states import EnrolmentState
from courses.views.course import live_course_or_404
from courses.views.outline import outline_for, standing
from home.pagecontext import link_to
from home.pagemap import page_map
from home.rules import number_of
from home.templatetags.look import long_date
from participants.permissions import has_profile
from participants.refusals import Refused


@login_required
@require_http_methods(["GET", "POST"])
def enrol(request, key: UUID):
    """Says what enrolling means, then enrols and leads to where the person goes on reading. `run`
    chooses the dates of a group; without it, one goes at one's own pace."""
    node = live_course_or_404(request, key)
    course_url = page_map().url(node, get_language())
    run = _chosen_run(request, key)
    if run is None:
        messages.info(request, _("The lessons of this course are still being written."))
        return redirect(course_url)
    if not has_profile(request.user):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('participants:profile')}?{query}")
    if request.method == "POST":
        return _enrol(request, run, key, course_url)
    where = standing(request.user, key)
    if where.is_kept and (where.enrolment.is_completed or where.enrolment.run_id == run.pk):
        return redirect(course_url)
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    if reason := run.why_closed(today):
        messages.error(request, actions.CLOSED[reason])
        return redirect(course_url)
    context = {
        "title": node.title,
        "lang": node.language,
        "course_url": course_url,
        "key": key,
        "run": run,
        "moves": where.is_kept,
        "was_here": not where.is_kept and _was_here(request.user, key),
    }
    return render(request, "courses/enrol.html", context)


def _was_here(user, key: UUID) -> bool:
    """Whether progress waits for somebody who left, on whichever dates."""
    return Enrolment.objects.of(user).in_course(key).left().exists()


def _chosen_run(request, key: UUID) -> CourseRun | None:
    """Whatever stands in the address, a run of this course: a stranger's number does not exist."""
    runs = CourseRun.objects.of(key)
    chosen = request.POST.get("run") or request.GET.get("run")
    if not chosen:
        return runs.self_paced().first()
    return get_object_or_404(runs, pk=number_of(chosen))


def _enrol(request, run: CourseRun, key: UUID, course_url: str, *, again: bool = False):
    came_back = not standing(request.user, key).is_kept and _was_here(request.user, key)
    try:
        (actions.retake if again else actions.enrol)(request.user.pk, run.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(course_url)
    messages.success(request, _enrolled_words(run, came_back=came_back))
    where = standing(request.user, key)
    entry = outline_for(key, where).next_for(where)
    return redirect(entry.url if entry else course_url)


def _enrolled_words(run: CourseRun, *, came_back: bool) -> str:
    if came_back:
        return _("Welcome back. What you had finished is there: go on.")
    if run.is_self_paced:
        return _("You are enrolled. Your progress is kept from now on.")
    return _("You are enrolled. The first and the last day are among your dates.")


@login_required
@require_http_methods(["GET", "POST"])
def retake(request, key: UUID):
    """Says what another attempt means, then begins it. Without a completed one, leads to the
    course."""
    node = live_course_or_404(request, key)
    course_url = page_map().url(node, get_language())
    where = standing(request.user, key)
    if where.enrolment is None or not where.enrolment.is_completed:
        return redirect(course_url)
    if request.method == "POST":
        return _enrol(request, _run_to_retake(where.enrolment), key, course_url, again=True)
    context = {"title": node.title, "lang": node.language, "course_url": course_url}
    return render(request, "courses/retake.html", context)


def _run_to_retake(enrolment: Enrolment) -> CourseRun:
    """The same dates while they can be joined, else at one's own pace."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    if enrolment.run.why_closed(today) is None:
        return enrolment.run
    return CourseRun.objects.self_paced().get(course=enrolment.run.course_id)


@login_required
@require_http_methods(["GET", "POST"])
def goal(request, pk: int):
    """The day by which somebody wants to finish a course: set, changed or removed."""
    mine = Enrolment.objects.of(request.user).active().select_related("run__course")
    enrolment = get_object_or_404(mine, pk=pk)
    node = page_map().in_language(enrolment.run.course.key, get_language())
    course_url = page_map().url(node, get_language()) if node else reverse("dashboard")
    removes = request.POST.get("step") == "remove"
    form = GoalForm(request.POST or None, initial={"day": enrolment.goal_on})
    if request.method == "POST" and (removes or form.is_valid()):
        day = None if removes else form.cleaned_data["day"]
        try:
            actions.set_goal(enrolment.pk, day)
        except Refused as refusal:
            form.add_error("day", str(refusal.message))
        else:
            messages.success(request, _goal_words(day))
            return redirect(course_url)
    context = {
        "form": form,
        "title": node.title if node else "",
        "lang": node.language if node else "",
        "course_url": course_url,
        "goal_on": enrolment.goal_on,
    }
    status = 422 if form.errors else 200
    return render(request, "courses/goal.html", context, status=status)


def _goal_words(day) -> str:
    if day is None:
        return _("Your goal is removed.")
    return _("Your goal is set: %(day)s.") % {"day": long_date(day)}


@login_required
@require_http_methods(["GET", "POST"])
def leave(request, pk: int):
    """Unenrols. Progress is kept for a return; somebody else's enrolment does not exist. Who had to
    sign in first comes back without a form, and nothing happens."""
    enrolment = get_object_or_404(Enrolment.objects.of(request.user), pk=pk)
    if request.method == "POST":
        _leave(request, enrolment)
    course = link_to(enrolment.run.course.key)
    return redirect(course["url"] if course else reverse("dashboard"))


def _leave(request, enrolment: Enrolment) -> None:
    try:
        actions.withdraw(enrolment.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = _(
            "You left the course. What you have finished is kept: it waits for you, and is back "
            "as soon as you enrol again."
        )
        messages.success(request, words)


@login_required
@require_GET
def certificate(request, pk: int):
    """Leads to the certificate of one's own completed course, or says that it is being made."""
    completed = Enrolment.objects.of(request.user).filter(state=EnrolmentState.COMPLETED)
    enrolment = get_object_or_404(completed, pk=pk)
    found = actions.certificate_of(enrolment)
    if found is not None:
        return redirect("credentials:verify", found.code)
    response = render(request, "courses/certificate_waits.html", {"again": request.path})
    response["Retry-After"] = "60"
    return response
