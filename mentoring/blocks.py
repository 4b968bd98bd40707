from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class ConditionBlock(blocks.StructBlock):
    """What an applicant confirms by a tick, such as "I was born after 31 December 1988". Words that
    ask to give a date or a document do not belong here."""

    text = blocks.CharBlock(
        label=_("condition"),
        max_length=300,
        help_text=_("In the first person: what the applicant confirms by a tick."),
    )
    who = blocks.ChoiceBlock(
        label=_("for"),
        choices=[("both", _("both")), ("mentee", _("mentees")), ("mentor", _("mentors"))],
        default="both",
    )

    class Meta:
        icon = "check"
        label = _("Condition")
        description = _("Something that the applicant confirms by a tick")
        preview_value = {"text": "I hold an elected office.", "who": "both"}
