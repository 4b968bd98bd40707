from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.actions import save_profile
from participants.forms.profile import ProfileForm
from participants.limits import allows
from participants.models import Organisation, Profile
from participants.permissions import can_see_photo
from participants.refusals import Refused
from participants.views.nexts import safe_next

SUGGESTIONS_A_MINUTE = 120


@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    """The short profile; after saving, on to where the person was going."""
    onward = safe_next(request, "")
    form = ProfileForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            _save(form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect(onward or reverse("participants:profile"))
    context = {"form": form, "next": onward, "is_new": form.profile is None}
    return render(request, "participants/profile.html", context, status=422 if form.errors else 200)


def _save(form: ProfileForm) -> None:
    save_profile(
        form.user.pk,
        country=form.cleaned_data["country"],
        organisation=form.cleaned_data["organisation"],
        answers=form.answers(),
        account=form.settings(),
    )


@login_required
@require_GET
def organisations(request):
    """Options for the organisation field. Too many questions at once get no answer, no error."""
    found = Organisation.objects.none()
    if allows("suggestions", request.user.pk, amount=SUGGESTIONS_A_MINUTE, seconds=60):
        found = Organisation.objects.suggested_for(
            request.GET.get("organisation", "")[:200], request.GET.get("country", "")
        )
    return render(request, "participants/organisation_options.html", {"organisations": found})


@login_required
@require_GET
def photo(request, pk):
    """Whoever may not see it learns nothing: not even that there is one."""
    found = Profile.objects.filter(pk=pk).exclude(photo="").first()
    if found is None or not can_see_photo(request.user, found):
        raise Http404
    try:
        file = found.photo.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=300"
    return response
