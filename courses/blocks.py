"""What a lesson holds beyond text: notes that people keep for themselves, and self-checks."""

import secrets

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail_localize.segments import StringSegmentValue

from home.blocks import SHARED_BLOCKS, IllustratedBlock

OPTIONS_MIN, OPTIONS_MAX = 2, 8


class ReflectionBlock(IllustratedBlock):
    prompt = blocks.TextBlock(
        max_length=400, label=_("Question"), help_text=_("The answer is seen by its writer alone.")
    )
    required = blocks.BooleanBlock(
        required=False,
        label=_("Required"),
        help_text=_("The lesson is done only when something was written."),
    )

    def sample(self):
        return {"prompt": gettext("Who in your town would you ask first?"), "required": False}

    class Meta:
        icon = "edit"
        label = _("Reflection")
        description = _("A question whose answer participants keep for themselves.")
        template = "courses/blocks/reflection.html"


class OptionBlock(blocks.StructBlock):
    translated = ("text", "feedback")

    key = blocks.CharBlock(
        required=False,
        max_length=20,
        label=_("Key"),
        help_text=_("Leave it as it is: answers are kept under it."),
    )
    text = blocks.CharBlock(max_length=300, label=_("Answer"))
    correct = blocks.BooleanBlock(required=False, label=_("Correct"))
    feedback = blocks.TextBlock(
        max_length=600, label=_("Feedback"), help_text=_("Why this is right or wrong.")
    )

    class Meta:
        icon = "tick"
        label = _("Answer")

    def clean(self, value):
        """An answer without a key gets one that stays with it from then on."""
        cleaned = super().clean(value)
        cleaned["key"] = cleaned["key"] or secrets.token_hex(4)
        return cleaned

    def get_translatable_segments(self, value):
        """The words are translated; the key is the same in every language."""
        return [StringSegmentValue(name, value[name]) for name in self.translated]

    def restore_translated_segments(self, value, segments):
        for segment in segments:
            value[segment.path] = segment.render_text()
        return value


class SelfCheckBlock(IllustratedBlock):
    question = blocks.TextBlock(max_length=600, label=_("Question"))
    multiple = blocks.BooleanBlock(required=False, label=_("More than one answer is right"))
    options = blocks.ListBlock(OptionBlock(), max_num=OPTIONS_MAX, label=_("Answers"))
    explanation = blocks.RichTextBlock(
        required=False,
        features=["bold", "italic", "ol", "ul", "link", "document-link"],
        label=_("Explanation"),
        help_text=_("Shown after the answer."),
    )
    required = blocks.BooleanBlock(
        required=False,
        label=_("Required"),
        help_text=_("The lesson is done only when this was answered."),
    )

    def mistakes(self, value):
        keys = [option["key"] for option in value["options"]]
        if len(set(keys)) < len(keys):
            return {"options": _("Two answers have the same key. Empty one of them.")}
        return {}

    def problems(self, value):
        correct = sum(1 for option in value["options"] if option["correct"])
        if len(value["options"]) < OPTIONS_MIN:
            return {"options": _("Give at least two answers.")}
        if not correct:
            return {"options": _("Mark at least one answer as correct.")}
        if not value["multiple"] and correct > 1:
            return {"options": _("Only one answer can be right here. Allow several, or unmark.")}
        return {}

    def sample(self):
        return {
            "question": gettext("Your project trains 20 language buddies. Which fund do you try?"),
            "multiple": False,
            "explanation": "",
            "required": False,
            "options": [
                {
                    "key": "regional",
                    "text": gettext("The regional development fund"),
                    "correct": False,
                    "feedback": gettext("Not this one. Compare what each fund is for."),
                },
                {
                    "key": "amif",
                    "text": gettext("The Asylum, Migration and Integration Fund"),
                    "correct": True,
                    "feedback": gettext("Yes. Integration is what this fund is for."),
                },
            ],
        }

    class Meta:
        icon = "help"
        label = _("Self-check")
        description = _("A question with immediate feedback. It is not marked.")
        template = "courses/blocks/self_check.html"


LESSON_BLOCKS = [
    *SHARED_BLOCKS,
    ("reflection", ReflectionBlock()),
    ("self_check", SelfCheckBlock()),
]
