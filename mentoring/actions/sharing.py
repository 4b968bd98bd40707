"""What the two write and keep together: goals and agreement, notes, files."""

import hashlib
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home import files
from mentoring import notices
from mentoring.actions.entering import Space, enter
from mentoring.models import Agreement, Match, Note, SharedFile
from mentoring.states import BEGUN, TOGETHER
from participants.personal_data import delete_file
from participants.refusals import Refused

LONGEST_GOALS = 2000
LONGEST_NOTE = 5000
LONGEST_NAME = 150
MOST_NOTES = 500
MOST_FILES = 50
MEGABYTES = 5
# No sound and film: their checks look at a header alone.
ENDINGS = (*files.DOCUMENTS, *files.PICTURE_FORMATS)
NO_WORDS = _("Write some words first.")
NEWER_WORDS = _("The other one changed these words meanwhile. Read them, then go on.")
NO_GOALS = _("Write down your goals first. Then both of you confirm them.")
LONG = _("The text is too long. Shorten it.")
TOO_LARGE = _("This file has more than 5 MB. Choose a smaller one.")
EMPTY = _("This file is empty. Choose another one.")
TOO_MANY = _("There are 50 files here. Remove one before you add another.")
MANY_NOTES = _("There are 500 notes here. Delete one before you write another.")
PROBLEMS = {
    "not_allowed": _("Files of this kind cannot be shared. Choose a document or a picture."),
    "macros": _("This document holds macros. Save it without them, then choose it again."),
    "damaged": _("This file is damaged. Save it again, or choose another one."),
    "too_many_pixels": _("This picture is too large. Scale it down, then choose it again."),
}
OTHER_TYPE = _("This file is not what its name says. Save it again, or choose another one.")


# --- Goals and agreement ----------------------------------------------------------------------


@transaction.atomic
def set_goals(
    match_id: int,
    user_id: int,
    goals: str,
    terms: str,
    *,
    version: int,
    now: datetime | None = None,
) -> Agreement:
    """Either changes the words, which confirms them for oneself and takes back the other's
    confirmation. `version` is what the screen knew: where the words are newer, it is refused. The
    same words again change nothing."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    words = {"goals": _clean(goals, LONGEST_GOALS), "terms": _clean(terms, LONGEST_GOALS)}
    if not words["goals"]:
        raise Refused("no-goals", NO_GOALS)
    agreement = _agreement(space.match)
    if words == {"goals": agreement.goals, "terms": agreement.terms}:
        return agreement
    if agreement.version != version:
        raise Refused("newer-words", NEWER_WORDS)
    for name, text in words.items():
        setattr(agreement, name, text)
    agreement.version += 1
    agreement.changed_at = now
    agreement.mentee_agreed_at = agreement.mentor_agreed_at = None
    setattr(agreement, f"{space.side}_agreed_at", now)
    agreement.save()
    space.tell_other(notices.GOALS_CHANGED, f"goals:{agreement.version}")
    return agreement


@transaction.atomic
def agree(match_id: int, user_id: int, *, version: int, now: datetime | None = None) -> Agreement:
    """One of the two confirms the words that they read. Twice is once."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    agreement = _agreement(space.match)
    if not agreement.version:
        raise Refused("no-goals", NO_GOALS)
    if agreement.version != version:
        raise Refused("newer-words", NEWER_WORDS)
    if getattr(agreement, f"{space.side}_agreed_at") is None:
        setattr(agreement, f"{space.side}_agreed_at", now)
        agreement.save()
        if agreement.mentee_agreed_at and agreement.mentor_agreed_at:
            space.tell_other(notices.GOALS_AGREED, f"agreed:{agreement.version}")
    return agreement


def _agreement(match: Match) -> Agreement:
    return Agreement.objects.filter(match=match).first() or Agreement(match=match)


# --- Notes ------------------------------------------------------------------------------------


@transaction.atomic
def write_note(match_id: int, user_id: int, words: str, *, now: datetime | None = None) -> Note:
    """A note that both read, and nobody else. The same words right after each other are once."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    words = _clean(words, LONGEST_NOTE)
    if not words:
        raise Refused("no-words", NO_WORDS)
    last = space.match.notes.first()
    if last is not None and (last.author_id, last.words) == (space.own.pk, words):
        return last
    if space.match.notes.count() >= MOST_NOTES:
        raise Refused("too-many", MANY_NOTES)
    note = Note.objects.create(match=space.match, author=space.own, words=words, written_at=now)
    space.tell_other(notices.NOTE_WRITTEN, f"note:{note.pk}")
    return note


@transaction.atomic
def delete_note(match_id: int, user_id: int, note_id: int, *, now: datetime | None = None) -> None:
    """One's own, also after the end. Twice is once."""
    space = _enter_own(match_id, user_id, now)
    space.match.notes.filter(pk=note_id, author=space.own).delete()


# --- Files ------------------------------------------------------------------------------------


@transaction.atomic
def add_file(
    match_id: int, user_id: int, upload: UploadedFile, *, now: datetime | None = None
) -> SharedFile:
    """A document or a picture for both, as it is. The same file again is once."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    check_file(upload)
    digest = _digest(upload)
    found = space.match.files.filter(author=space.own, digest=digest).first()
    if found is not None:
        return found
    if space.match.files.count() >= MOST_FILES:
        raise Refused("too-many", TOO_MANY)
    shared = SharedFile(match=space.match, author=space.own, digest=digest, added_at=now)
    shared.name, shared.size = file_name(upload.name or ""), upload.size or 0
    shared.file.save(shared.name, upload, save=False)
    try:
        with transaction.atomic():
            shared.save()
            space.tell_other(notices.FILE_ADDED, f"file:{shared.pk}")
    except Exception:
        shared.file.storage.delete(shared.file.name or "")
        raise
    return shared


@transaction.atomic
def remove_file(match_id: int, user_id: int, file_id: int, *, now: datetime | None = None) -> None:
    """One's own, also after the end. Twice is once."""
    space = _enter_own(match_id, user_id, now)
    for shared in space.match.files.filter(pk=file_id, author=space.own):
        delete_file(shared.file.storage, shared.file.name or "")
        shared.delete()


def check_file(upload: UploadedFile) -> None:
    """Raises Refused with words about what to change. Looks at the file itself, not at what the
    browser calls it."""
    name = upload.name or ""
    if (upload.size or 0) > MEGABYTES * 1024 * 1024:
        raise Refused("too-large", TOO_LARGE)
    if not upload.size:
        raise Refused("empty", EMPTY)
    ending = files.ending(name)
    check = files.picture_problem if ending in files.PICTURE_FORMATS else files.document_problem
    if problem := check(cast(BinaryIO, upload), name):
        raise Refused(problem, PROBLEMS.get(problem, OTHER_TYPE))


def file_name(name: str) -> str:
    """One line without control signs, short enough, with its ending."""
    kept = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\"').strip()
    stem, _dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1] or 'file'}.{ending}"


def _digest(upload: UploadedFile) -> str:
    found = hashlib.sha256((upload.name or "").encode())
    upload.seek(0)
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def _enter_own(match_id: int, user_id: int, now: datetime | None) -> Space:
    """To take away what is one's own, in whatever state."""
    return enter(match_id, user_id, now or timezone.now(), states=BEGUN)


def _clean(text: str, longest: int) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Refused("long-words", LONG)
    return text
