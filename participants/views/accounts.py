"""What allauth has no page for: where one is signed in, a proof by code, and how long to wait."""

from allauth.account.forms import BaseConfirmCodeForm
from allauth.account.views import BaseReauthenticateView
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from participants import browsers, limits
from participants.actions import end_device, end_other_devices
from participants.models import Device
from participants.reauthentication import CodeByMail


@never_cache
@login_required
@require_GET
def devices(request):
    """Where the person is signed in, this place first. A session that is older than the list of
    devices gets its entry here."""
    key = request.session.session_key
    signed_in = Device.objects.signed_in().filter(user=request.user)
    found = sorted(signed_in, key=lambda device: device.session_id != key)
    if not found or found[0].session_id != key:
        browsers.record_sign_in(request, request.user, is_first=True)
        found = sorted(signed_in.all(), key=lambda device: device.session_id != key)
    return render(request, "participants/devices.html", {"here": found[0], "elsewhere": found[1:]})


@login_required
@require_http_methods(["GET", "POST"])
def device_end(request, pk):
    """Signs one other device out. Ending it again says the same."""
    if request.method == "GET":
        return redirect("participants:devices")
    device = Device.objects.filter(user=request.user, pk=pk).first()
    if device is None:
        raise Http404
    if device.session_id == request.session.session_key:
        return redirect("account_logout")
    end_device(device.pk)
    messages.success(request, _("%(device)s is signed out.") % {"device": device})
    return redirect("participants:devices")


@login_required
@require_http_methods(["GET", "POST"])
def devices_end(request):
    if request.method == "POST":
        end_other_devices(request.user.pk, request.session.session_key)
        messages.success(request, _("You are signed out everywhere but here."))
    return redirect("participants:devices")


@method_decorator([never_cache, login_required], name="dispatch")
class ProveByCode(BaseReauthenticateView):
    """Nothing is mailed before the person asks for it. Three wrong tries use a code up."""

    form_class = BaseConfirmCodeForm
    template_name = "account/prove_by_code.html"

    def dispatch(self, request, *args, **kwargs):
        self.process = CodeByMail.resume(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if request.POST.get("action") == "send":
            return self._send()
        if self.process is None:
            messages.error(request, _("This code works no longer. Ask for a new one."))
            return self._again()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        code = self.process.code if self.process else ""
        return {**super().get_form_kwargs(), "code": code}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "email": self.request.user.email,
            "is_sent": self.process is not None,
        }

    def form_valid(self, form):
        self.process.finish()
        return super().form_valid(form)

    def form_invalid(self, form):
        if self.process.record_invalid_attempt():
            return super().form_invalid(form)
        messages.error(
            self.request,
            _("The code was not right too many times, so it works no longer. Ask for a new one."),
        )
        return self._again()

    def _send(self):
        if ratelimit.consume(self.request, app=limits.COUNTS, action="proof_code"):
            CodeByMail.start(self.request)
        else:
            messages.error(self.request, limits.refusal(self.request))
        return self._again()

    def _again(self):
        return redirect(self.passthrough_next_url(reverse("prove_by_code")))


prove_by_code = ProveByCode.as_view()


def too_often(request):
    """The answer of every limit that is not a form's own: how long to wait, in true words."""
    seconds = limits.seconds_left(request)
    context = {"time": limits.waiting_words(seconds) if seconds else ""}
    answer = render(request, "429.html", context, status=429)
    if seconds:
        answer["Retry-After"] = str(seconds)
    return answer
