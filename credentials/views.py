"""The address of a certificate: what anybody may know, and the document for its holder."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from credentials import actions
from credentials.models import Credential
from credentials.permissions import may_fetch
from participants.refusals import Refused


@require_GET
def permanent(request, code: UUID):
    """The address on the document, in nobody's language."""
    return redirect("credentials:verify", code)


@require_GET
@never_cache
def verify(request, code: UUID):
    """What became of a certificate. It tells no more about the person than the document does, and
    nothing at all once that is no longer in force."""
    credential = Credential.objects.filter(code=code).first()
    if credential is None:
        return render(request, "credentials/unknown.html", {"code": code}, status=404)
    return render(request, "credentials/verify.html", _context(request, credential))


@login_required
@require_GET
@never_cache
def document(request, code: UUID):
    """The PDF, for its holder and for who looks after certificates."""
    from credentials import render as documents  # a process that makes none saves its memory

    mine = Credential.objects.valid().visible_to(request.user)
    credential = get_object_or_404(mine, code=code)
    response = HttpResponse(documents.pdf(credential), content_type="application/pdf")
    name = f"{credential.kind}-{str(credential.code)[:8]}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@login_required
@require_POST
def rename(request, code: UUID):
    """A new document in its holder's new name."""
    credential = get_object_or_404(Credential.objects.of(request.user), code=code)
    if credential.name == request.user.name:
        return redirect("credentials:verify", code)
    try:
        credential = actions.reissue(
            credential.pk, reason=_("The holder's name changed."), by=request.user
        )
    except Refused as refusal:
        context = {**_context(request, credential), "refusal": refusal.message}
        return render(request, "credentials/verify.html", context, status=409)
    return redirect("credentials:verify", credential.code)


def _context(request, credential: Credential) -> dict:
    mine = credential.holder_id is not None and credential.holder_id == request.user.pk
    changed = credential.changes.first()
    return {
        "credential": credential,
        "facts": credential.facts,
        "mine": mine,
        "changed_on": changed.at if changed else None,
        "document_url": reverse("credentials:document", args=[credential.code])
        if credential.is_valid and may_fetch(request.user, credential)
        else None,
        "new_name": request.user.name
        if mine and credential.is_valid and credential.name != request.user.name
        else None,
        "newer_url": _newer_url(credential) if mine else None,
    }


def _newer_url(credential: Credential) -> str | None:
    newer = Credential.objects.filter(replaces=credential).first()
    return reverse("credentials:verify", args=[newer.code]) if newer else None
