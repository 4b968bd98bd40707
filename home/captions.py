"""Whether captions can be shown: WebVTT as browsers read it, which is stricter than most tools."""

from typing import BinaryIO

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from home.files import MAX_CAPTIONS


def captions_problem(file: BinaryIO) -> str | None:
    """A reason code, or None for captions that a browser shows."""
    file.seek(0)
    content = file.read(MAX_CAPTIONS + 1)
    file.seek(0)
    if len(content) > MAX_CAPTIONS:
        return "too_large"
    try:
        text = content.decode("utf-8-sig")
        cues = webvtt.from_string(text, strict=True).captions
    except UnicodeDecodeError:
        return "not_utf8"
    except (MalformedFileError, MalformedCaptionError, ValueError):
        return "not_webvtt"
    if not cues:
        return "no_captions"
    return _timing_problem(cues)


def _timing_problem(cues: list[webvtt.Caption]) -> str | None:
    starts = [cue.start_time.in_milliseconds() for cue in cues]
    ends = [cue.end_time.in_milliseconds() for cue in cues]
    if any(end <= start for start, end in zip(starts, ends, strict=True)):
        return "ends_before_start"
    if starts != sorted(starts):
        return "out_of_order"
    return None
