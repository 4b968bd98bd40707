"""A credential as a document: PDF/UA-1, made anew whenever somebody asks for it, in milliseconds.

Fonts come from packages and cover the scripts of most names. What none of them can draw becomes
a visible box, so that a name never costs anybody their certificate, whatever it is.
"""

import importlib.util
import io
import json
from functools import cache, lru_cache
from pathlib import Path

import segno
import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credentials.models import Credential
from credentials.rules import MISSING, breakable, clusters, seen
from credentials.states import Kind
from home.templatetags.look import long_date, minutes

FOLDER = Path(__file__).parent / "typst"
PACKAGES = ("manimgx_fonts", "justmytype_intl_cjk")
FIRST, LAST = "Noto Sans", ("Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "Noto Sans TC")
# How many signs are remembered as drawable or not.
KNOWN_SIGNS = 10_000


def pdf(credential: Credential) -> bytes:
    """The document, in the language it was issued in."""
    with translation.override(credential.language):
        data = _data(credential)
    try:
        return _compile(data)
    except typst.TypstError:
        return _compile(_drawable(data))


def _data(credential: Credential) -> dict:
    day = timezone.localtime(credential.issued_at)
    facts = credential.facts
    is_statement = credential.kind == Kind.STATEMENT
    heading = _("Statement of participation") if is_statement else _("Certificate of completion")
    rows = [
        (_("Completed on"), long_date(credential.achieved_at)),
        (_("Workload"), minutes(facts["minutes"]) if facts.get("minutes") else ""),
        (_("Form of participation"), facts.get("participation")),
        (_("Assessment"), facts.get("assessment")),
        (_("Quality assurance"), facts.get("quality")),
        (_("Issued by"), f"{credential.issuer}, {long_date(credential.issued_at)}"),
    ]
    return {
        "document_title": f"{heading}: {credential.title}",
        "description": heading,
        "heading": heading,
        "given_to": _("This certifies that"),
        "name": breakable(credential.shown_name),
        "completed": credential.verb,
        "title": seen(credential.title),
        "outcomes_label": _("Learning outcomes"),
        "outcomes": facts.get("outcomes", []),
        "rows": [row for row in rows if row[1]],
        "issuer": credential.issuer,
        "date": [day.year, day.month, day.day],
        "language": credential.language,
        "fonts": _families(),
        "qr": _qr(credential.address),
        "qr_alt": _("QR code of the address below"),
        "verify": _("Whether it is valid, its address tells:"),
        "address": credential.address,
    }


def _compile(data: dict) -> bytes:
    return typst.compile(
        str(FOLDER / "certificate.typ"),
        root=str(FOLDER),
        format="pdf",
        pdf_standards=["ua-1"],
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data)},
    )


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, light="#fff")
    return out.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """Read once a process: the files stay on the disk, and pages of them are read as needed."""
    found = [importlib.util.find_spec(name) for name in PACKAGES]
    folders = [str(Path(spec.origin).parent) for spec in found if spec and spec.origin]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def _families() -> list[str]:
    others = [f for f in _fonts().families() if f != FIRST and f not in LAST]
    return [FIRST, *others, *LAST]


# --- What no font can draw ------------------------------------------------------------------------


def _drawable(data: dict) -> dict:
    """The same with a box for whatever no font has."""

    def clean(value):
        if isinstance(value, str):
            return "".join(sign if _can_draw(sign) else MISSING for sign in clusters(value))
        return [clean(one) for one in value] if isinstance(value, list | tuple) else value

    return {key: value if key in ("qr", "fonts") else clean(value) for key, value in data.items()}


def _can_draw(sign: str) -> bool:
    return (sign.isascii() and sign.isprintable()) or _is_in_a_font(sign)


@lru_cache(KNOWN_SIGNS)
def _is_in_a_font(sign: str) -> bool:
    """Signs are tried alone, each as a whole: a letter and its mark may be in two fonts."""
    fonts = ", ".join(f'"{family}"' for family in _families())
    quoted = sign.replace("\\", "\\\\").replace('"', '\\"')
    source = f'#set document(title: "x")\n#set text(font: ({fonts}))\n#"{quoted}"'
    try:
        typst.compile(source.encode(), format="pdf", pdf_standards=["ua-1"], font_paths=_fonts())
    except typst.TypstError:
        return False
    return True
