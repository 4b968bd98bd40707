"""The forms of the bank of questions (a question with its answers, and its words in a language),
and of the day by which somebody wants to finish."""

import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.models import questions as limits
from courses.states import QuestionKind
from home.models import Topic

SPARE_ROWS = 2
FEWEST_ROWS = 4


def text_field(label, longest: int, *, rows: int = 2, **options) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


class QuestionForm(forms.Form):
    """What is asked. Whether a question is complete is told together with its answers."""

    question = text_field(_("Question"), limits.LONGEST_QUESTION, rows=3)
    kind = forms.ChoiceField(
        label=_("Answers"),
        choices=QuestionKind.choices,
        widget=forms.RadioSelect,
        initial=QuestionKind.SINGLE,
        help_text=_("Where several may be right, the point is for all of them and no wrong one."),
    )
    explanation = text_field(
        _("Explanation"),
        limits.LONGEST_EXPLANATION,
        rows=4,
        required=False,
        help_text=_("Shown after an attempt, whatever was answered."),
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.order_by("position"), required=False
    )
    seen = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)


class OptionForm(forms.Form):
    key = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    text = text_field(_("Answer"), limits.LONGEST_OPTION, required=False)
    correct = forms.BooleanField(label=_("Right"), required=False)
    feedback = text_field(
        _("Feedback"),
        limits.LONGEST_FEEDBACK,
        required=False,
        help_text=_("Why this is right or wrong."),
    )

    @property
    def is_empty(self) -> bool:
        """A row that nobody filled in is no answer."""
        return not any(self.cleaned_data.get(name) for name in ("text", "correct", "feedback"))


class BaseOptionFormSet(forms.BaseFormSet):
    def filled(self) -> list[OptionForm]:
        return [form for form in self.forms if not form.is_empty]


def option_forms(data=None, initial=()) -> BaseOptionFormSet:
    """The answers with some empty rows; up to eight in all."""
    rows = min(max(len(initial) + SPARE_ROWS, FEWEST_ROWS), limits.MOST_OPTIONS)
    made = forms.formset_factory(
        OptionForm,
        formset=BaseOptionFormSet,
        extra=rows - len(initial),
        max_num=limits.MOST_OPTIONS,
        absolute_max=limits.MOST_OPTIONS,
    )
    return made(data, initial=list(initial), prefix="options")


def initial_of(meaning: rules.Meaning, topic_id: int | None) -> tuple[dict, list[dict]]:
    """What the two forms begin with."""
    question = {
        "question": meaning.words.question,
        "explanation": meaning.words.explanation,
        "kind": meaning.kind,
        "topic": topic_id,
    }
    options = [
        {
            "key": option.key,
            "text": meaning.words.options[option.key][0],
            "feedback": meaning.words.options[option.key][1],
            "correct": option.correct,
        }
        for option in meaning.options
    ]
    return question, options


FAULTS = {
    "too_few": _("Give at least two answers."),
    "none_right": _("Mark at least one answer as correct."),
    "several_right": _("Only one answer can be right here. Allow several, or unmark."),
    "option": _("One answer has no text. Write it, or empty its row."),
}


def meaning_of(
    form: QuestionForm, options: BaseOptionFormSet, known: set[str]
) -> rules.Meaning | None:
    """What both forms say together; None, with the faults in the form, when it cannot be asked.
    Answers keep the keys in `known`; a new one gets a key of its own."""
    if not (form.is_valid() & options.is_valid()):
        return None
    free = set(known)
    found, texts = [], {}
    for row in options.filled():
        key = row.cleaned_data["key"]
        if key not in free:
            key = secrets.token_hex(4)
        free.discard(key)
        found.append(rules.Option(key, row.cleaned_data["correct"]))
        texts[key] = (_clean(row.cleaned_data["text"]), _clean(row.cleaned_data["feedback"]))
    cleaned = form.cleaned_data
    words = rules.Wording(_clean(cleaned["question"]), _clean(cleaned["explanation"]), texts)
    meaning = rules.Meaning(cleaned["kind"], tuple(found), words)
    for fault in rules.faults(meaning):
        form.add_error(None, ValidationError(FAULTS[fault]))
    return None if form.errors else meaning


class TranslationForm(forms.Form):
    """The words of a question in another language, each below the source's."""

    seen = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def __init__(self, *args, source: rules.Wording, **kwargs):
        super().__init__(*args, **kwargs)
        self.source = source
        self.fields["question"] = text_field(_("Question"), limits.LONGEST_QUESTION, rows=3)
        for at, (key, (_text, feedback)) in enumerate(source.options.items(), start=1):
            label = _("Answer %(number)s") % {"number": at}
            self.fields[f"text-{key}"] = text_field(label, limits.LONGEST_OPTION)
            if feedback:
                label = _("Feedback on answer %(number)s") % {"number": at}
                self.fields[f"feedback-{key}"] = text_field(label, limits.LONGEST_FEEDBACK)
        if source.explanation:
            self.fields["explanation"] = text_field(
                _("Explanation"), limits.LONGEST_EXPLANATION, rows=4
            )

    def rows(self):
        """Each field with the source's words."""
        texts = {"question": self.source.question, "explanation": self.source.explanation}
        for key, (text, feedback) in self.source.options.items():
            texts |= {f"text-{key}": text, f"feedback-{key}": feedback}
        return [(self[name], texts[name]) for name in self.fields if name != "seen"]

    def words(self) -> rules.Wording:
        cleaned = self.cleaned_data
        options = {
            key: (
                _clean(cleaned.get(f"text-{key}", "")),
                _clean(cleaned.get(f"feedback-{key}", "")),
            )
            for key in self.source.options
        }
        return rules.Wording(
            _clean(cleaned["question"]), _clean(cleaned.get("explanation", "")), options
        )


def initial_translation(words: rules.Wording | None) -> dict:
    if words is None:
        return {}
    found = {"question": words.question, "explanation": words.explanation}
    for key, (text, feedback) in words.options.items():
        found |= {f"text-{key}": text, f"feedback-{key}": feedback}
    return found


def _clean(text: str) -> str:
    """As browsers send it and as it was kept are one and the same."""
    return text.replace("\r\n", "\n").strip()


class GoalForm(forms.Form):
    day = forms.DateField(
        label=_("I want to finish by"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
