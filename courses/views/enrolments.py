from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import actions
from courses.models import CourseRun, Enrolment
from courses.states import EnrolmentState
from courses.views.course import live_course_or_404
from courses.views.outline import outline_for, standing
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
    context = {"title": node.title, "lang": node.language, "course_url": course_url, "key": key}
    return render(request, "courses/enrol.html", context)


def _enrol(request, run: CourseRun, key: UUID, course_url: str, *, again: bool = False):
    try:
        (actions.retake if again else actions.enrol)(request.user.pk, run.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(course_url)
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
@require_POST
def leave(request, pk: int):
    """Unenrols. Progress is kept for a return; somebody else's enrolment does not exist."""
    enrolment = get_object_or_404(Enrolment.objects.of(request.user), pk=pk)
    key = enrolment.run.course.key
    try:
        actions.withdraw(enrolment.pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("You left the course. If you enrol again, your progress is back.")
        )
    node = page_map().in_language(key, get_language())
    return redirect(page_map().url(node, get_language()) if node else reverse("dashboard"))


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
