"""A message to people chosen from the list: written, read once more, sent once."""

from uuid import UUID, uuid4

from django import forms
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from courses import actions
from courses.actions import LONGEST_SUBJECT, LONGEST_TEXT, MOST_RECIPIENTS
from courses.desk.people import (
    back_to_list,
    check,
    chosen,
    desk_context,
    list_url,
)
from courses.models import CourseMessage, DeskAct, Enrolment
from courses.permissions import CHANGE, VIEW
from home.desk.choosing import NobodyChosen
from home.rules import number_of
from participants.models import User
from participants.refusals import Refused

NAMED = 100


class MessageForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Plain text, 5,000 characters at most. Each person gets it alone and sees nobody else's"
            " address."
        ),
    )


def write(request):
    """`step` leads from the list (none) to the form, to the preview, and to sending."""
    check(request, CHANGE)
    if request.method != "POST":
        return redirect("courses_enrolments")
    step = request.POST.get("step", "")
    try:
        ids = _ids(request) if step else list(chosen(request).values_list("pk", flat=True))
    except NobodyChosen as error:
        return back_to_list(request, error.args[0])
    people = list(actions.recipients(ids, request.user)) if len(ids) <= 20_000 else []
    if not people or len(people) > MOST_RECIPIENTS:
        return back_to_list(request, _too_few_or_many(people, ids))
    form = MessageForm(request.POST if step else None)
    if step == "send" and form.is_valid():
        return _send(request, form, people)
    preview = step == "preview" and form.is_valid()
    context = {
        **desk_context(request, "enrolments"),
        "form": form,
        "preview": preview,
        "count": len(people),
        "left_out": len(ids) - len(people),
        "unreachable": _unreachable(people) if preview else 0,
        "names": [str(one) for one in _names(people)],
        "more": max(len(people) - NAMED, 0),
        "people": ",".join(str(one.pk) for one in people),
        "token": uuid4(),
        "query": request.POST.get("query", ""),
        "back_url": list_url(request.POST.get("query", "")),
    }
    return TemplateResponse(request, "courses/desk/write.html", context)


def sent(request, pk: int):
    """A message that was sent, and those of its recipients whom the coordinator looks after."""
    check(request, VIEW)
    acts = DeskAct.objects.in_reach_of(request.user).filter(message=pk)
    message = CourseMessage.objects.select_related("by").filter(pk=pk).first()
    if message is None or not acts.exists():
        raise Http404
    mine = Enrolment.objects.in_reach_of(request.user).filter(messages__message=message)
    context = {
        **desk_context(request, "activity"),
        "message": message,
        "count": mine.count(),
        "recipients": mine.select_related("user").order_by("user__name", "pk")[:NAMED],
        "named": NAMED,
    }
    return TemplateResponse(request, "courses/desk/message.html", context)


def _send(request, form: MessageForm, people: list[Enrolment]):
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    try:
        message = actions.send_message(
            [one.pk for one in people], token=token, by=request.user, **form.cleaned_data
        )
    except Refused as refusal:
        return back_to_list(request, str(refusal.message))
    count = message.recipients.count()
    words = ngettext(
        "The message is on its way to %(count)s person.",
        "The message is on its way to %(count)s people.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect(list_url(request.POST.get("query", "")))


def _ids(request) -> list[int]:
    """The enrolments that the form carries on."""
    sent_ids = request.POST.get("people", "").split(",")[: MOST_RECIPIENTS + 1]
    return [number for number in map(number_of, sent_ids) if number]


def _names(people: list[Enrolment]):
    shown = Enrolment.objects.filter(pk__in=[one.pk for one in people[:NAMED]])
    return [one.user for one in shown.select_related("user").order_by("user__name", "pk")]


def _unreachable(people: list[Enrolment]) -> int:
    return User.objects.unreachable().filter(pk__in=[one.user_id for one in people]).count()


def _too_few_or_many(people: list, ids: list[int]) -> str:
    if people or len(ids) > MOST_RECIPIENTS:
        return str(_("A message goes to 2,000 people at most. Choose fewer with the filters."))
    return str(_("None of these people can get a message. Choose people under way."))
