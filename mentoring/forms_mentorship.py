"""What the two of a mentorship write, and the form for a concern. Actions check the same once more;
forms say it beside the field."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from mentoring.actions.checkpoints import LONGEST_WORDS
from mentoring.actions.concerns import LONGEST_CONCERN
from mentoring.actions.desk import LONGEST_REASON
from mentoring.actions.sessions import LONGEST_MINUTES, LONGEST_STEP, SHORTEST_MINUTES
from mentoring.actions.sharing import LONGEST_GOALS, LONGEST_NOTE, check_file
from mentoring.forms import KEEP_OUT
from mentoring.states import RECORDED, CheckpointKind, SessionState, Standing
from participants.refusals import Refused

MOMENT = "%Y-%m-%dT%H:%M"
BIGGEST = 2**31 - 1


def _words(label: Any, longest: int, *, rows: int = 3, **options: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(label=label, max_length=longest, widget=area, **options)


def _moment(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[MOMENT], **options)


def _minutes(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=SHORTEST_MINUTES, max_value=LONGEST_MINUTES, **options
    )


def _number() -> forms.IntegerField:
    """Of a row, or a version."""
    return forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)


class ActForm(forms.Form):
    """One act on the page; `key` tells the forms of several rows apart."""

    use_required_attribute = False

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{key}-%s", **kwargs)


class RowForm(ActForm):
    """A button beside a row."""

    row = _number()


class VersionForm(ActForm):
    version = _number()


class TimesForm(ActForm):
    row = forms.IntegerField(required=False, max_value=BIGGEST, widget=forms.HiddenInput)
    time_1 = _moment(_("First time"))
    time_2 = _moment(_("Second time"), required=False)
    time_3 = _moment(_("Third time"), required=False)
    minutes = _minutes(_("Minutes"))

    def times(self) -> list[datetime]:
        found = (self.cleaned_data.get(f"time_{n}") for n in (1, 2, 3))
        return [one for one in found if one]


class PickForm(RowForm):
    time = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])


class RecordForm(RowForm):
    state = forms.ChoiceField(
        label=_("What became of it"),
        widget=forms.RadioSelect,
        choices=[one for one in SessionState.choices if one[0] in RECORDED],
    )
    minutes = _minutes(_("Minutes it took"), required=False)
    next_step = _words(_("Next step"), LONGEST_STEP, required=False)


class LogForm(ActForm):
    begins_at = _moment(_("When it began"))
    minutes = _minutes(_("Minutes it took"))
    next_step = _words(_("Next step"), LONGEST_STEP, required=False)


class GoalsForm(VersionForm):
    goals = _words(
        _("Your goals"),
        LONGEST_GOALS,
        help_text=_("What should be different in the mentee’s work when you are done?"),
    )
    terms = _words(
        _("How you work together"),
        LONGEST_GOALS,
        required=False,
        help_text=_("How often you meet and by which means; what stays between you."),
    )


class CheckpointForm(ActForm):
    kind = forms.ChoiceField(choices=CheckpointKind.choices, widget=forms.HiddenInput)
    standing = forms.ChoiceField(
        label=_("How does it go?"), choices=Standing.choices, widget=forms.RadioSelect
    )
    words = _words(
        _("In your words"),
        LONGEST_WORDS,
        required=False,
        help_text=_("The other one reads it as soon as both answers are in; nobody else does."),
    )


class NoteForm(ActForm):
    words = _words(
        _("New note"),
        LONGEST_NOTE,
        help_text=format_lazy("{} {}", _("Only the two of you read it."), KEEP_OUT),
    )


class FileForm(ActForm):
    file = forms.FileField(
        label=_("New file"),
        help_text=_("A document or a picture, 5 MB at most. Only the two of you can open it."),
    )

    def clean_file(self):
        try:
            check_file(self.cleaned_data["file"])
        except Refused as refusal:
            raise ValidationError(refusal.message) from None
        return self.cleaned_data["file"]


class EndForm(ActForm):
    reason = _words(
        _("Reason"),
        LONGEST_REASON,
        required=False,
        help_text=_("You need not give one. Only coordinators read it."),
    )


class ConcernForm(forms.Form):
    """`matches` are the person's own: (id, words)."""

    use_required_attribute = False

    match = forms.TypedChoiceField(
        label=_("Which mentorship is it about?"), coerce=int, empty_value=None, required=False
    )
    words = _words(
        _("What worries you?"),
        LONGEST_CONCERN,
        rows=6,
        help_text=_(
            "What happened, when, and who was there. Write as much or as little as you like."
        ),
    )

    def __init__(self, *args: Any, matches: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if matches:
            self.fields["match"].choices = [("", _("None of them")), *matches]
        else:
            del self.fields["match"]
