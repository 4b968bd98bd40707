"""From a lesson in one language to a course in several, with one progress.

1. a translator finds the lesson that waits in French, begins, and writes its title
2. nothing is public before it is published; then readers of French find it
3. a learner reads one lesson in French and one in English, and has one progress in both
4. an editor changes the source, and the translator sees what
"""

import re

import pytest
from playwright.sync_api import Page, expect

from courses.models import Enrolment, ItemProgress, LessonPage
from tests.journeys.test_accessibility import sign_in
from tests.journeys.test_changing_course import lessons
from tests.support.browser import DESK, PHONE

pytestmark = pytest.mark.usefixtures("demonstration")

COURSE = "/courses/foundations-of-local-integration/"


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


def address(lesson: LessonPage, language: str) -> str:
    return f"/{language}{COURSE}{lesson.get_parent().slug}/{lesson.slug}/"


def test_a_lesson_is_translated_read_and_changed(pages):
    translator = pages.new(viewport=DESK)
    learner = pages.new(viewport=PHONE)
    sign_in(translator, "translator@demo.example.org")
    sign_in(learner)
    third = lessons()[2]

    begins(translator, third)
    learner.goto(address(third, "fr"))
    expect(learner.get_by_role("heading", level=1)).to_have_text(third.title)
    writes_the_title(translator, "Ce que les institutions peuvent changer")
    learner.goto(address(third, "fr"))
    expect(learner.get_by_role("heading", level=1)).to_have_text(third.title)
    publishes(translator)
    learner.goto(address(third, "fr"))
    title = learner.get_by_role("heading", level=1)
    expect(title).to_have_text("Ce que les institutions peuvent changer")
    assert learner.locator("main").get_attribute("lang") in (None, "fr")

    done = Enrolment.objects.get().summary.required_done
    first, second = not_done()[:2]
    finishes(learner, first, "fr", re.compile("^Terminée"), "Enregistré")
    finishes(learner, second, "en", re.compile("^Done"), "Saved:")
    assert Enrolment.objects.get().summary.required_done == done + 2

    source = LessonPage.objects.get(pk=third.pk)
    source.summary = "Four things that change."
    source.save_revision().publish()
    translator.goto("/admin/translations/fr/?state=changed")
    translator.get_by_role("link", name=third.title).click()
    expect(translator.locator("ins", has_text="Four things that change.")).to_be_visible()
    expect(translator.get_by_role("button", name="Take over the new texts")).to_be_visible()


def not_done() -> list[LessonPage]:
    """The lessons that the learner has not finished, and can finish by saying so."""
    done = ItemProgress.objects.filter(done_at__isnull=False).values_list("item__key", flat=True)
    return [
        lesson
        for lesson in lessons()
        if lesson.translation_key not in set(done) and not lesson.required_parts()
    ]


def finishes(
    page: Page, lesson: LessonPage, language: str, button: re.Pattern, answer: str
) -> None:
    page.goto(address(lesson, language))
    page.get_by_role("button", name=button).first.click()
    expect(page.get_by_text(answer).first).to_be_visible()


def begins(page: Page, lesson: LessonPage) -> None:
    page.goto("/admin/translations/")
    page.get_by_role("link", name=lesson.title).click()
    expect(page.locator("ins", has_text=lesson.title).first).to_be_visible()
    page.get_by_role("button", name="Begin the translation").click()
    page.wait_for_url(re.compile("/edit/"))


def writes_the_title(page: Page, words: str) -> None:
    page.get_by_role("button", name="Translate", exact=True).first.click()
    page.locator("main textarea").first.fill(words)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Translated manually").first).to_be_visible()


def publishes(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Publish in")).click()
    expect(page.get_by_text(re.compile("Published .* in Français")).first).to_be_visible()


def test_axe_finds_nothing_at_the_translators_desk(pages, axe):
    editor = pages.new()
    sign_in(editor, "administrator@demo.example.org")
    translated = LessonPage.objects.filter(locale__language_code="fr").first()
    source = LessonPage.objects.get(
        translation_key=translated.translation_key, locale__language_code="en"
    )
    source.summary = "Changed since."
    source.save_revision().publish()
    addresses = {
        "list": "/admin/translations/fr/",
        "none": "/admin/translations/fr/?q=nothing-like-that",
        "new": f"/admin/translations/fr/{lessons()[2].pk}/",
        "changed": f"/admin/translations/fr/{source.pk}/",
        "up to date": f"/admin/translations/de/{source.get_parent().get_parent().pk}/",
        "enrolments": "/admin/courses/enrolments/",
    }
    found = {}
    for name, place in addresses.items():
        editor.goto(place)
        if wrong := axe(editor, within="main"):
            found[name] = wrong
    assert found == {}


@pytest.mark.parametrize("width", [320, 360, 480, 768, 1280])
def test_the_names_of_the_languages_can_be_read_on_every_screen(pages, width):
    learner = pages.new(viewport={"width": width, "height": 740})
    sign_in(learner)
    learner.goto(f"/en{COURSE}")
    learner.locator(".site-tools summary").first.click()
    names = learner.locator(".site-tools .menu-list a[hreflang]")
    assert names.count() == 4
    for name in names.all():
        box = name.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
