"""Raising a concern: for everybody with an account, at any time."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from home.rules import number_of
from mentoring import actions
from mentoring.forms_mentorship import ConcernForm
from mentoring.models import Concern, Match
from participants.limits import allows
from participants.refusals import Refused

AN_HOUR = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def concern(request):
    """`?match=…` chooses one of the person's own mentorships. Of earlier concerns, the reporter
    sees that they are there and how far they are."""
    matches = Match.objects.of(request.user).begun().select_related("call").order_by("-pk")
    choices = [(one.pk, one.call.name) for one in matches]
    chosen = number_of(request.GET.get("match")) or None
    sent = request.POST if request.method == "POST" else None
    form = ConcernForm(sent, matches=choices, initial={"match": chosen})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (status := _tried(request, form)) == 200:
            messages.success(request, _("Thank you. The safeguarding officer reads it."))
            return redirect("mentoring:concern")
    own = Concern.objects.filter(reporter=request.user).only("pk", "state", "opened_at")
    context = {"form": form, "concerns": own}
    return render(request, "mentoring/concern.html", context, status=status)


def _tried(request, form: ConcernForm) -> int:
    """The status of the answer; what is wrong stands in the form."""
    if not allows("concern", request.user.pk, amount=AN_HOUR, seconds=3600):
        form.add_error(None, _("You sent many concerns. Wait an hour, then send this one."))
        return 429
    said = form.cleaned_data
    try:
        actions.raise_concern(request.user.pk, said["words"], match_id=said.get("match"))
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return 409
    return 200
