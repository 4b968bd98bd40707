from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses import actions
from courses.models import CourseRun, Enrolment
from courses.states import EnrolmentState
from courses.views.course import live_course_or_404
from courses.views.outline import outline_for, standing
from home.pagecontext import link_to
from home.pagemap import page_map
from participants.permissions import has_profile
from participants.refusals import Refused


@login_required
@require_http_methods(["GET", "POST"])
def enrol(request, key: UUID):
    """Says what enrolling means, then enrols and leads to where the person goes on reading."""
    node = live_course_or_404(request, key)
    course_url = page_map().url(node, get_language())
    run = CourseRun.objects.of(key).self_paced().first()
    if run is None:
        messages.info(request, _("The lessons of this course are still being written."))
        return redirect(course_url)
    if not has_profile(request.user):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('participants:profile')}?{query}")
    if request.method == "POST":
        return _enrol(request, run, key, course_url)
    if standing(request.user, key).is_kept:
        return redirect(course_url)
    context = {
        "title": node.title,
        "lang": node.language,
        "course_url": course_url,
        "was_here": _was_here(request.user, run),
    }
    return render(request, "courses/enrol.html", context)


def _was_here(user, run: CourseRun) -> bool:
    """Whether progress waits for somebody who left."""
    return Enrolment.objects.of(user).filter(run=run).left().exists()


def _enrol(request, run: CourseRun, key: UUID, course_url: str, *, again: bool = False):
    came_back = _was_here(request.user, run)
    try:
        (actions.retake if again else actions.enrol)(request.user.pk, run.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(course_url)
    if came_back:
        messages.success(request, _("Welcome back. What you had finished is there: go on."))
    else:
        messages.success(request, _("You are enrolled. Your progress is kept from now on."))
    where = standing(request.user, key)
    entry = outline_for(key, where).next_for(where)
    return redirect(entry.url if entry else course_url)


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
        return _enrol(request, where.enrolment.run, key, course_url, again=True)
    context = {"title": node.title, "lang": node.language, "course_url": course_url}
    return render(request, "courses/retake.html", context)


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
