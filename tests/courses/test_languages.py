"""A translated course follows its source, and progress is one in every language."""

import pytest
from wagtail.models import Page

from courses import actions
from courses.models import LearningItem, LessonPage, ModulePage
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def french(course):
    """The whole course in French, live."""
    copies = [course, *ModulePage.objects.child_of(course), *make.lessons_of(course)]
    for page in copies:
        copy = page.copy_for_translation(make.locale("fr"), copy_parents=True)
        copy.title = f"{page.title} fr"
        copy.save_revision().publish()
    return course.get_translation(make.locale("fr"))


def titles(course) -> list[tuple[str, str]]:
    return [(page.get_parent().title, page.title) for page in make.lessons_of(course)]


def follow(course) -> int:
    moved = actions.follow_source(course)
    assert Page.find_problems() == ([], [], [], [], [])
    assert actions.follow_source(course) == 0
    return moved


def test_a_lesson_that_is_moved_is_moved_in_french_too(course, french, jobs):
    first, *_rest, last = make.lessons_of(course)
    first.move(last.get_parent(), "first-child")
    jobs.run()

    assert titles(french) == [
        ("Module 1 fr", "Lesson 1.2 fr"),
        ("Module 2 fr", "Lesson 1.1 fr"),
        ("Module 2 fr", "Lesson 2.1 fr"),
        ("Module 2 fr", "Lesson 2.2 fr"),
    ]
    assert follow(course) == 0
    assert LessonPage.objects.filter(locale__language_code="fr", live=True).count() == 4


def test_another_order_of_modules_is_followed(course, french, jobs):
    ModulePage.objects.child_of(course).last().move(course, "first-child")
    jobs.run()
    assert [module for module, _lesson in titles(french)][::2] == ["Module 2 fr", "Module 1 fr"]


def test_a_module_without_translation_is_made_as_a_draft_for_its_lessons(course, french):
    new = make.published(
        course, ModulePage(title="New", slug="new", summary="", locale=course.locale)
    )
    make.lessons_of(course)[0].move(new, "last-child")

    assert follow(course) > 0
    made = ModulePage.objects.get(translation_key=new.translation_key, locale__language_code="fr")
    assert (made.live, made.get_parent().pk) == (False, french.pk)
    assert [page.title for page in LessonPage.objects.child_of(made)] == ["Lesson 1.1 fr"]


def test_a_slug_that_is_taken_gets_a_number_and_nothing_is_lost(course, french):
    first, *_rest, last = make.lessons_of(course)
    other = last.get_translation(make.locale("fr"))
    other.slug = first.slug
    other.save()
    first.move(last.get_parent(), "last-child")

    follow(course)

    module = other.get_parent()
    slugs = [page.slug for page in LessonPage.objects.child_of(module).order_by("path")]
    assert slugs == ["lesson-2-1", first.slug, f"{first.slug}-1"]


def test_what_only_a_translation_has_stays_behind_the_others(course, french):
    module = ModulePage.objects.child_of(french).first()
    extra = LessonPage(title="Only French", slug="only", locale=module.locale)
    module.add_child(instance=extra)
    extra.move(module, "first-child")

    follow(course)

    own = [page.title for page in LessonPage.objects.child_of(module).order_by("path")]
    assert own == ["Lesson 1.1 fr", "Lesson 1.2 fr", "Only French"]


def test_a_translation_that_is_moved_changes_nothing_else(course, french, jobs):
    before = titles(course)
    make.lessons_of(french)[0].move(make.lessons_of(french)[-1].get_parent(), "last-child")
    jobs.run()
    assert titles(course) == before
    assert actions.follow_source(french) == 0


def test_one_lesson_in_french_and_one_in_english_are_one_progress(reader, course, french):
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    first, second = make.lessons_of(french)[:2]
    for page, language in ((first, "fr"), (second, "en")):
        item = LearningItem.objects.get(key=page.translation_key)
        actions.open_item(enrolment.pk, item.pk, language=language)
        actions.complete_item(enrolment.pk, item.pk, language=language)

    enrolment.refresh_from_db()
    assert (enrolment.summary.required_done, enrolment.summary.required_total) == (2, 4)
    assert reader.enrolments.count() == 1


def test_archiving_takes_every_language_off_and_restoring_brings_each_back(course, french):
    lesson = make.lessons_of(course)[0]
    actions.archive(lesson)
    versions = LessonPage.objects.filter(translation_key=lesson.translation_key)
    assert [page.live for page in versions] == [False, False]
    actions.restore(lesson)
    assert [page.live for page in versions.all()] == [True, True]


def test_a_deleted_lesson_goes_off_the_site_in_every_language_and_its_words_stay(course, french):
    lesson, module = make.lessons_of(course)[0], make.lessons_of(course)[-1].get_parent().specific
    LessonPage.objects.get(pk=lesson.pk).delete()
    module.delete()

    left = Page.objects.descendant_of(french)
    gone = left.filter(translation_key__in=[lesson.translation_key, module.translation_key])
    assert [page.live for page in gone] == [False, False]
    assert left.filter(live=True).count() == 2
