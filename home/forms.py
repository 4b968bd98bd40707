"""The forms behind every way to bring a file in: single, several at once, and in a chooser."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtailmedia.forms import BaseMediaForm
from wagtailmedia.models import MediaType

from home import files, rules
from home.actions import discard_file
from home.captions import captions_problem
from home.disk import all_or_nothing
from home.models import MediaTrack

WORDS = {
    "not_allowed": _("This type of file is not taken here. Allowed: %(allowed)s."),
    "other_type": _("This is not what its name says: the content of %(name)s is of another type."),
    "markup": _("This file is a web page or an SVG drawing, which could run in a browser."),
    "damaged": _("This file is damaged or not complete. Save it again and send it once more."),
    "macros": _("This document holds macros. Save it without them, as an ordinary document."),
    "too_many_pixels": _(
        "This picture is too large: at most %(pixels)s million pixels. Make it smaller first."
    ),
    "too_large": _("This file is too large (%(size)s). At most %(limit)s are taken."),
    "not_utf8": _("The captions are not written in UTF-8. Save them again in that encoding."),
    "not_webvtt": _("This is not a WebVTT file. It begins with the word WEBVTT and a blank line."),
    "no_captions": _("There is no caption in this file."),
    "ends_before_start": _("A caption ends before it starts."),
    "out_of_order": _("The captions are not in the order of their times."),
}


WORD_KINDS = ("captions", "transcript")
MISSING = {
    "captions": _("A video goes out with captions. Add a WebVTT file in one language at least."),
    "transcript": _("Add a transcript in one language at least."),
}


def refuse(reason: str | None, **details) -> None:
    """Says why in words; does nothing without a reason."""
    if reason:
        raise ValidationError(WORDS[reason], code=reason, params=details)


def refuse_over(file, limit: int) -> None:
    if file.size > limit:
        refuse("too_large", size=filesizeformat(file.size), limit=filesizeformat(limit))


def refuse_picture(file) -> None:
    refuse_over(file, settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE)
    refuse(
        files.picture_problem(file, file.name, max_pixels=settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS),
        name=file.name,
        allowed=", ".join(settings.WAGTAILIMAGES_EXTENSIONS),
        pixels=settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000,
    )


class PictureField(WagtailImageField):
    """Looks at the header before the library that would decode the picture sees it."""

    def to_python(self, data):
        if data:
            refuse_picture(data)
        return super().to_python(data)

    @classmethod
    def instead_of(cls, field):
        return cls(label=field.label, required=field.required, widget=field.widget)


class ImageForm(BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"] = PictureField.instead_of(self.fields["file"])


class DocumentForm(BaseDocumentForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            refuse(
                files.document_problem(file, file.name),
                name=file.name,
                allowed=", ".join(settings.WAGTAILDOCS_EXTENSIONS),
            )
        return file


class CaptionsField(forms.FileField):
    def to_python(self, data):
        file = super().to_python(data)
        if file:
            refuse_over(file, files.MAX_CAPTIONS)
            allowed = None if files.ending(file.name) == "vtt" else "not_allowed"
            refuse(allowed or captions_problem(file), allowed="vtt")
        return file


class MediaForm(BaseMediaForm):
    """The item and its words: for each language of the site a file of captions and a transcript.

    A video needs captions and a transcript in one language at least, a recording a transcript."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = self.instance.tracks.all() if self.instance.pk else []
        self.tracks = {track.language: track for track in found}
        for code, language in settings.LANGUAGES:
            self._add_words(code, language)
        self.order_fields(["title", "file", "other_file", "thumbnail", *self._word_fields()])
        if self.instance.type == "audio":
            self.fields.pop("thumbnail", None)

    def _add_words(self, code, language):
        track = self.tracks.get(code)
        self.fields[f"captions_{code}"] = CaptionsField(
            label=_("Captions: %(language)s") % {"language": language},
            required=False,
            initial=track.captions if track else None,
            widget=forms.ClearableFileInput(attrs={"accept": ".vtt,text/vtt"}),
            help_text=MediaTrack._meta.get_field("captions").help_text,
        )
        self.fields[f"transcript_{code}"] = forms.CharField(
            label=_("Transcript: %(language)s") % {"language": language},
            required=False,
            initial=track.transcript if track else "",
            widget=forms.Textarea(attrs={"rows": 6}),
            help_text=MediaTrack._meta.get_field("transcript").help_text,
        )

    def _word_fields(self):
        return [f"{kind}_{code}" for code, _name in settings.LANGUAGES for kind in WORD_KINDS]

    def clean_file(self):
        return self._checked_media("file")

    def clean_other_file(self):
        return self._checked_media("other_file")

    def _checked_media(self, name):
        file = self.cleaned_data.get(name)
        if file and name in self.changed_data:
            kind = self.instance.type
            refuse_over(file, settings.MEDIA_MAX_UPLOAD_SIZE)
            allowed = files.VIDEO if kind == "video" else files.AUDIO
            reason = files.media_problem(file, file.name, kind)
            refuse(reason, name=file.name, allowed=", ".join(allowed))
        return file

    def clean_thumbnail(self):
        file = self.cleaned_data.get("thumbnail")
        if file and "thumbnail" in self.changed_data:
            refuse_picture(file)
        return file

    def clean(self):
        cleaned = super().clean()
        if self.instance.type not in MediaType.values:
            raise ValidationError(_("Say whether this is a video or a recording."))
        missing = rules.missing_in_media(
            self.instance.type,
            has_captions=any(cleaned.get(name) for name in self._word_fields()[::2]),
            has_transcript=any(cleaned.get(name) for name in self._word_fields()[1::2]),
        )
        for kind in missing:
            self._ask_for(kind)
        return cleaned

    def _ask_for(self, kind):
        """Beside the field of the first language, unless what was sent is refused already."""
        names = [f"{kind}_{code}" for code, _name in settings.LANGUAGES]
        if not any(name in self.errors for name in names):
            self.add_error(names[0], MISSING[kind])

    def save(self, commit=True):
        """A disk that fills up meanwhile leaves no film without its words."""
        with all_or_nothing():
            media = super().save(commit=commit)
            if commit:
                self._save_tracks(media)
        return media

    def _save_tracks(self, media):
        for position, (code, _name) in enumerate(settings.LANGUAGES):
            captions = self.cleaned_data[f"captions_{code}"]
            transcript = self.cleaned_data[f"transcript_{code}"]
            if not captions and not transcript:
                media.tracks.filter(language=code).delete()
                continue
            before = self.tracks.get(code)
            if before and f"captions_{code}" in self.changed_data:
                discard_file(before.captions)
            media.tracks.update_or_create(
                language=code,
                defaults={
                    "captions": captions or "",
                    "transcript": transcript,
                    "sort_order": position,
                },
            )
