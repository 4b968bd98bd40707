"""The demonstration: what is there stays, what is missing is made, mistakes in files are named."""

import shutil

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from wagtail.models import Page

from academy.demo.reader import DemoFileError, read, read_courses
from courses.models import CourseManifest, CoursePage, LessonPage
from home.models import CustomDocument, CustomImage, CustomMedia, HomePage

ROOT = settings.BASE_DIR / "demo"


def load(**options):
    call_command("load_demo", password="welcome-to-the-academy", verbosity=0, **options)


def everything():
    return {
        "pages": sorted(Page.objects.values_list("path", "title", "live_revision_id")),
        "outlines": list(CourseManifest.objects.values_list("pk", "number")),
        "people": sorted(get_user_model().objects.values_list("email", flat=True)),
        "files": [m.objects.count() for m in (CustomImage, CustomDocument, CustomMedia)],
    }


def test_loading_again_doubles_nothing_and_changes_nothing(demonstration):
    before = everything()
    load()
    assert everything() == before


def test_loading_again_leaves_what_an_editor_wrote(demonstration):
    lesson = LessonPage.objects.first()
    lesson.title = "An editor's own title"
    lesson.save_revision().publish()
    load()
    assert LessonPage.objects.get(pk=lesson.pk).title == "An editor's own title"
    load(update=True)
    assert LessonPage.objects.get(pk=lesson.pk).title != "An editor's own title"


def test_the_first_course_is_there_in_full_and_seven_are_announced(demonstration):
    courses = CoursePage.objects.filter(locale__language_code="en").order_by("path")
    lessons = [LessonPage.objects.descendant_of(course).count() for course in courses]
    assert len(lessons) == 8
    assert lessons[0] >= 12
    assert lessons[1:] == [0] * 7
    assert {home.locale.language_code for home in HomePage.objects.all()} == {
        code for code, _name in settings.LANGUAGES
    }


def test_every_lesson_has_400_to_900_words_and_ten_minutes_at_most():
    for course in read_courses(ROOT):
        for lesson in (one for module in course.children for one in module.children):
            words = sum(len(b.body.split()) for b in lesson.blocks if b.kind in {"text", "callout"})
            extra = sum(
                len(str(part["text"]).split())
                for b in lesson.blocks
                if b.kind == "accordion"
                for part in b.data["items"]
            )
            assert 400 <= words + extra <= 900, lesson.path.name
            assert 3 <= lesson.meta["minutes"] <= 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No front matter", "no front matter"),
        ("---\ntitle: [\n---\nWords", "broken.md"),
        ("---\ntitle: A\n---\n::: callout\ntitle: B", "not closed"),
    ],
)
def test_a_broken_file_is_named_with_its_reason(tmp_path, text, reason):
    path = tmp_path / "broken.md"
    path.write_text(text)
    with pytest.raises(DemoFileError, match=reason):
        read(path, tmp_path)


def test_a_mistake_in_a_file_loads_nothing_and_is_said_in_words(db, tmp_path):
    root = tmp_path / "demo"
    shutil.copytree(ROOT, root)
    lesson = next((root / "courses").glob("01-*/1-*/1-*.md"))
    lesson.write_text(lesson.read_text().replace("tone: try", "tone: shout"))
    before = Page.objects.count()
    with pytest.raises(CommandError, match=lesson.name):
        load(root=root)
    assert Page.objects.count() == before
