from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.blocks import StreamBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.models import Locale

from courses.blocks import LESSON_BLOCKS
from home.blocks import SHARED_BLOCKS, DoorBlock, PracticeBlock
from home.blocks.front import validate_address
from home.models import HomePage, Licence, StandardPage
from tests.factories import home as make

BLOCKS = dict(LESSON_BLOCKS)
FRONT = {"door": DoorBlock(), "practice": PracticeBlock()}
FIGURE = {
    "title": "Unemployment in the EU",
    "unit": "%",
    "rows": [
        {"label": "Non-EU citizens", "value": Decimal("12.3")},
        {"label": "Nationals", "value": Decimal("5")},
    ],
    "source": "Eurostat",
    "source_url": "https://ec.europa.eu/eurostat",
    "reference_year": 2024,
    "accessed": date(2025, 5, 12),
    "note": "Averages.",
}


def value(name, **fields):
    block = BLOCKS.get(name) or FRONT[name]
    return block, block.normalize(fields)


def refusals(name, *, draft=False, **fields):
    """{child: words} of what the block says to a value, empty when it takes it."""
    block, given = value(name, **fields)
    try:
        block.clean_deferred(given) if draft else block.clean(given)
    except StructBlockValidationError as error:
        return {child: found.messages[0] for child, found in error.block_errors.items()}
    return {}


def render(name, **fields):
    block, given = value(name, **fields)
    return block.render(given)


class Elements(HTMLParser):
    """All tags with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


# --- All of them ------------------------------------------------------------------------------


def test_a_lesson_holds_the_shared_blocks_and_two_of_its_own():
    names = [name for name, _block in LESSON_BLOCKS]
    assert names == [name for name, _block in SHARED_BLOCKS] + ["reflection", "self_check"]
    assert names[:9] == [
        "text",
        "callout",
        "quote",
        "accordion",
        "figure",
        "picture",
        "video",
        "audio",
        "download",
    ]


@pytest.mark.parametrize("name", [*BLOCKS, *FRONT])
def test_every_block_has_icon_label_and_description(name):
    block = BLOCKS.get(name) or FRONT[name]
    assert block.meta.icon != "placeholder"
    assert str(block.label)
    assert str(block.get_description())
    assert block.is_previewable


PREVIEWED = [(StandardPage.body.field.stream_block, name) for name, _b in SHARED_BLOCKS] + [
    (HomePage.doors.field.stream_block, "door"),
    (HomePage.practice.field.stream_block, "practice"),
    (HomePage.figures.field.stream_block, "figure"),
]


@pytest.mark.parametrize("language", ["en", "fr", "de", "el"])
@pytest.mark.parametrize(
    ("stream", "name"), PREVIEWED, ids=[f"{n}-{i}" for i, (_s, n) in enumerate(PREVIEWED)]
)
def test_every_block_shows_its_sample_in_the_editor(desk, stream, name, language):
    make.image(), make.document(), make.media(), make.media("audio")
    identifier = stream.child_blocks[name].definition_prefix
    with translation.override(language):
        response = desk.get(reverse("wagtailadmin_block_preview") + f"?id={identifier}")
    assert response.status_code == 200
    assert "academy/css/tokens.css" in response.content.decode()


@pytest.mark.parametrize("name", [name for name, _b in SHARED_BLOCKS] + list(FRONT))
def test_a_sample_can_be_drawn_with_an_empty_library_and_holds_no_inline_code(db, name):
    block = BLOCKS.get(name) or FRONT[name]
    with translation.override("en"):
        html = block.render(block.get_preview_value())
    assert html.strip()
    for _tag, attrs in Elements(html).found:
        assert not {"style", "onclick", "onload"} & set(attrs)


@pytest.mark.parametrize("name", ["text", "callout", "quote", "accordion", "figure", "self_check"])
def test_a_sample_would_be_taken(name):
    block = BLOCKS[name]
    block.clean(block.get_preview_value())


def test_a_stream_keeps_what_a_file_of_the_demonstration_says(db):
    stream = StreamBlock(SHARED_BLOCKS)
    raw = [{"type": "figure", "value": FIGURE | {"rows": FIGURE["rows"]}, "id": "a"}]
    assert stream.get_prep_value(stream.to_python(raw))[0]["id"] == "a"


# --- Text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tone", ["note", "example", "warning", "try"])
def test_a_callout_says_its_kind_in_words_and_in_a_class(tone):
    html = render("callout", tone=tone, title="Title", text="<p>Text</p>")
    elements = Elements(html)
    assert elements.all("div")[0]["class"] == f"callout {tone}"
    words = {"note": "Note", "example": "Example", "warning": "Take care", "try": "Try it"}
    assert f'<p class="callout-kind">{words[tone]}</p>' in html


def test_a_callout_without_a_title_may_be_drafted_and_not_published():
    given = {"tone": "note", "title": "", "text": "<p>Text</p>"}
    assert refusals("callout", **given) == {"title": "This field is required."}
    assert refusals("callout", draft=True, **given) == {}


def test_a_quote_names_who_said_it():
    assert refusals("quote", text="<p>A</p>", by="", role="") == {"by": "This field is required."}
    html = render("quote", text="<p>A</p>", by="Officer", role="")
    assert "<b>Officer</b></figcaption>" in html


def test_an_accordion_opens_without_script():
    html = render("accordion", items=[{"title": "One", "text": "<p>1</p>"}] * 2)
    assert len(Elements(html).all("details")) == 2


def test_what_an_editor_types_is_never_markup():
    html = render("callout", tone="note", title="<script>", text="<p>a</p>")
    assert "<script>" not in html
    html = render("figure", **FIGURE | {"title": '"><script>alert(1)</script>'})
    assert "<script>" not in html


# --- Figures --------------------------------------------------------------------------------------


def test_a_sound_figure_is_taken():
    assert refusals("figure", **FIGURE) == {}


@pytest.mark.parametrize("field", ["source", "reference_year", "accessed", "title"])
def test_a_figure_does_not_go_out_without_source_year_and_access_date(field):
    empty = FIGURE | {field: None if field in {"reference_year", "accessed"} else ""}
    assert refusals("figure", **empty) == {field: "This field is required."}
    assert refusals("figure", draft=True, **empty) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference_year": timezone.localdate().year + 1}, "reference_year"),
        ({"accessed": timezone.localdate() + timedelta(days=1)}, "accessed"),
        ({"accessed": date(2023, 1, 1)}, "accessed"),
        ({"rows": [{"label": "All", "value": Decimal(101)}]}, "rows"),
        ({"rows": [{"label": "All", "value": Decimal(-1)}]}, "rows"),
        ({"rows": FIGURE["rows"][:1] * 2}, "rows"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
)
def test_a_figure_that_cannot_be_right_is_refused_even_in_a_draft(changes, field):
    assert set(refusals("figure", **FIGURE | changes)) == {field}
    assert set(refusals("figure", draft=True, **FIGURE | changes)) == {field}


def test_a_figure_has_at_least_one_row():
    block, given = value("figure", **FIGURE | {"rows": []})
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(given)
    assert set(refused.value.block_errors) == {"rows"}


def test_a_chart_begins_at_zero_and_its_bars_are_in_proportion():
    _block, given = value("figure", **FIGURE)
    widths = [Decimal(bar["width"].rstrip("%")) for bar in given.bars]
    assert widths == [Decimal("76.00"), Decimal("30.89")]
    zeros = [row | {"value": Decimal(0)} for row in FIGURE["rows"]]
    _block, given = value("figure", **FIGURE | {"rows": zeros})
    assert {bar["width"] for bar in given.bars} == {"0.00%"}


def test_a_chart_has_a_title_a_description_and_the_same_numbers_as_a_table():
    html = render("figure", **FIGURE)
    elements = Elements(html)
    drawing = elements.all("svg")[0]
    assert drawing["role"] == "img"
    ids = {attrs.get("id") for _tag, attrs in elements.found}
    assert set(drawing["aria-labelledby"].split()) <= ids
    assert "<desc" in html
    assert "Non-EU citizens: 12.3\u00a0%; Nationals: 5.0\u00a0%</desc>" in html
    assert html.count("12.3\u00a0%") == 3
    assert '<th scope="row">Nationals</th><td>5.0\u00a0%</td>' in html
    assert "Seen on 12 May 2025." in html


def test_numbers_are_written_as_the_reader_writes_them():
    with translation.override("fr"):
        assert "12,3\u00a0%" in render("figure", **FIGURE)


def test_two_figures_on_a_page_have_different_ids():
    _block, one = value("figure", **FIGURE)
    _block, other = value("figure", **FIGURE | {"title": "Employment"})
    assert one.slug != other.slug


def test_a_long_name_is_broken_into_lines_that_do_not_overlap():
    long = "Beneficiaries of international protection in small towns"
    rows = [{"label": long, "value": Decimal(1)}, {"label": "Others", "value": Decimal(2)}]
    _block, given = value("figure", **FIGURE | {"rows": rows})
    lines = [line["text"] for line in given.bars[0]["lines"]]
    assert " ".join(lines) == long
    assert max(map(len, lines)) <= 30
    tops = [Decimal(line["y"].rstrip("em")) for bar in given.bars for line in bar["lines"]]
    assert tops == sorted(tops)
    assert len(set(tops)) == len(tops)


# --- Pictures ----------------------------------------------------------------------------------


def test_a_picture_is_described_here_or_in_the_library_or_marked_as_decorative(db):
    bare = make.image(description="")
    plain = {"image": bare, "alt": "", "decorative": False, "caption": ""}
    words = {"alt": "Describe the picture, or mark it as decorative."}
    assert refusals("picture", **plain) == words
    assert refusals("picture", draft=True, **plain) == {}
    assert refusals("picture", **plain | {"alt": "A square"}) == {}
    assert refusals("picture", **plain | {"decorative": True}) == {}
    assert refusals("picture", **plain | {"image": make.image(is_decorative=True)}) == {}
    assert refusals("picture", **plain | {"image": make.image()}) == {}


def test_a_decorative_picture_with_a_description_is_refused(db):
    both = {"image": make.image(), "alt": "A square", "decorative": True, "caption": ""}
    assert set(refusals("picture", **both)) == {"alt"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"alt": "Here", "decorative": False}, "Here"),
        ({"alt": "", "decorative": False}, "A market square in the morning"),
        ({"alt": "", "decorative": True}, ""),
    ],
)
def test_a_picture_is_read_aloud_in_this_places_words(db, fields, expected):
    picture = make.image(credit="Ana", licence=Licence.CC_BY)
    html = render("picture", image=picture, caption="On Monday", **fields)
    assert Elements(html).all("img")[0]["alt"] == expected
    assert "On Monday" in html
    assert "Ana, CC BY 4.0" in html


def test_a_picture_that_was_deleted_leaves_the_page_standing(db):
    html = render("picture", image=None, alt="", decorative=False, caption="On Monday")
    assert "On Monday" in html
    assert Elements(html).all("img") == []


# --- Sound and film -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words", "refused"),
    [
        ("video", {}, False),
        ("video", {"captions": None}, True),
        ("video", {"transcript": None}, True),
        ("video", {"captions": None, "transcript": None}, True),
        ("audio", {"captions": None}, False),
        ("audio", {"transcript": None}, True),
    ],
)
def test_media_go_out_with_their_words_only(db, kind, words, refused):
    item = {"media": make.media(kind, **words), "title": ""}
    assert set(refusals(kind, **item)) == ({"media"} if refused else set())
    assert refusals(kind, draft=True, **item) == {}


def test_a_recording_does_not_fit_into_a_video(db):
    item = make.media("audio")
    block, given = value("video", media=item, title="")
    assert block.mistakes(given) != {}


def test_a_video_is_drawn_with_captions_poster_two_formats_and_transcript(db):
    item = make.media(
        other_file=ContentFile(make.MP4, name="desk.mp4"),
        thumbnail=ContentFile(make.picture(), name="desk.png"),
        transcript="**Anna**: Good morning.\n\n<b>Not markup</b>",
        width=640,
        height=360,
    )
    html = render("video", media=item, title="A morning")
    elements = Elements(html)
    video = elements.all("video")[0]
    assert (video["preload"], video["width"], video["height"]) == ("none", "640", "360")
    assert "controls" in video
    assert video["poster"] == item.thumbnail.url
    assert [source["type"] for source in elements.all("source")] == ["video/webm", "video/mp4"]
    track = elements.all("track")[0]
    assert (track["kind"], track["srclang"], track["label"]) == ("captions", "en", "English")
    assert "<strong>Anna</strong>: Good morning." in html
    assert "&lt;b&gt;Not markup&lt;/b&gt;" in html


def test_readers_get_the_words_of_their_own_language_first(db):
    item = make.media()
    item.tracks.create(
        language="fr", captions=ContentFile(make.CAPTIONS, name="fr.vtt"), transcript="Bonjour."
    )
    with translation.override("fr"):
        html = render("video", media=item, title="")
    assert [t["srclang"] for t in Elements(html).all("track")] == ["fr", "en"]
    assert "Bonjour." in html
    assert "Good morning." not in html
    with translation.override("de"):
        assert '<div lang="en"><p>Good morning.' in render("video", media=item, title="")


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_media_that_were_deleted_leave_the_page_standing(db, kind):
    assert "A morning" in render(kind, media=None, title="A morning")


@pytest.mark.parametrize("count", [1, 3])
def test_a_video_costs_the_same_queries_with_any_number_of_languages(
    db, count, django_assert_num_queries
):
    item = make.media()
    for language in ["fr", "de"][: count - 1]:
        item.tracks.create(language=language, transcript="x")
    item = type(item).objects.prefetch_related("tracks").get(pk=item.pk)
    with django_assert_num_queries(0):
        render("video", media=item, title="")


def test_a_download_says_type_and_size(db):
    item = make.document()
    html = render("download", document=item, title="")
    assert "Map of tasks</a>" in html
    assert f"PDF, {len(make.PDF)}\u00a0bytes" in html
    assert "Map" in render("download", document=None, title="Map")


# --- The home page's own ------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/courses/", "https://example.org/a", "/"])
def test_a_door_may_lead_to_a_path_or_an_address(address):
    validate_address(address)
    assert refusals("door", title="Learn", text="Text", page=None, url=address) == {}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "courses", "data:x"]
)
def test_a_door_never_leads_to_what_a_browser_would_run(address):
    assert set(refusals("door", title="Learn", text="Text", page=None, url=address)) == {"url"}


def test_a_door_leads_somewhere_and_to_one_place_only(db):
    nowhere = {"title": "Learn", "text": "Text", "page": None, "url": ""}
    assert set(refusals("door", **nowhere)) == {"page"}
    assert refusals("door", draft=True, **nowhere) == {}
    both = nowhere | {"page": make.home(), "url": "/courses/"}
    assert set(refusals("door", **both)) == {"url"}


def test_a_door_opens_in_the_readers_language(db):
    about = make.standard_page(make.home())
    locale, _new = Locale.objects.get_or_create(language_code="fr")
    french = about.copy_for_translation(locale, copy_parents=True)
    french.save_revision().publish()
    _block, given = value("door", title="Learn", text="Text", page=about, url="")
    with translation.override("fr"):
        assert given.href == french.url
    assert given.href == about.url


# --- Self-checks --------------------------------------------------------------------------------


def option(text, correct=False, **more):
    return {"key": text.lower(), "text": text, "correct": correct, "feedback": "Because."} | more


def self_check(*options, multiple=False, draft=False):
    given = {
        "question": "Which?",
        "multiple": multiple,
        "options": list(options),
        "explanation": "",
        "required": False,
    }
    return refusals("self_check", draft=draft, **given)


def test_a_self_check_has_two_to_eight_answers():
    assert set(self_check(option("A", True))) == {"options"}
    assert self_check(option("A", True), option("B")) == {}
    nine = [option(letter, letter == "A") for letter in "ABCDEFGHI"]
    block, given = value("self_check", question="Which?", options=nine, explanation="")
    with pytest.raises(StructBlockValidationError):
        block.clean(given)


def test_one_answer_is_right_or_several_where_that_is_allowed():
    assert set(self_check(option("A"), option("B"))) == {"options"}
    assert set(self_check(option("A", True), option("B", True))) == {"options"}
    assert self_check(option("A", True), option("B", True), multiple=True) == {}
    assert self_check(option("A"), option("B"), draft=True) == {}


def test_two_answers_never_share_a_key():
    assert set(self_check(option("A", True), option("A"), draft=True)) == {"options"}


def test_every_answer_explains_itself():
    block, given = value(
        "self_check", question="Which?", options=[option("A", True, feedback=""), option("B")]
    )
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(given)
    assert set(refused.value.block_errors) == {"options"}


def test_an_answer_without_a_key_gets_one_and_keeps_it():
    block, given = value(
        "self_check",
        question="Which?",
        multiple=False,
        options=[option("A", True, key=""), option("B")],
        explanation="",
        required=False,
    )
    once = block.clean(given)
    key = once["options"][0]["key"]
    assert len(key) == 8
    assert once["options"][1]["key"] == "b"
    assert block.clean(once)["options"][0]["key"] == key
