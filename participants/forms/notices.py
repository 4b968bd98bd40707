from django import forms
from django.utils.translation import gettext_lazy as _

from participants import notices
from participants.models import NoticePreference
from participants.states import Pace


class PacesForm(forms.Form):
    """How soon the mails about each topic go out: a question for each that mails are about."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        wishes = NoticePreference.objects.filter(user=user)
        self.wishes = dict(wishes.values_list("topic", "pace"))
        for topic in notices.topics():
            self.fields[topic.value] = forms.ChoiceField(
                label=topic.label,
                choices=Pace.choices,
                widget=forms.RadioSelect,
                initial=self.wishes.get(topic, Pace.AT_ONCE),
                error_messages={
                    "required": _("Choose one of the four."),
                    "invalid_choice": _("Choose one of the four."),
                },
            )

    def changed(self) -> dict[str, str]:
        """Only what is another answer than before."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
