"""One structure in every language: what is moved in the source moves in the translations."""

import pytest
from django.db import transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from courses import actions
from courses.models import CoursePage, LessonPage, ModulePage
from home import translations
from tests.factories import courses as make
from tests.support.races import together

pytestmark = pytest.mark.django_db


def translate(page, *, code="fr", publish=True):
    """A translation as the demonstration's files make it: without wagtail-localize."""
    copy = page.copy_for_translation(make.locale(code))
    copy.title = f"{page.title} ({code})"
    revision = copy.save_revision()
    if publish:
        revision.publish()
    return copy


def translate_all(course, code="fr"):
    for page in [make.site_home(), make.catalogue(), course]:
        if not page.has_translation(make.locale(code)):
            translate(page, code=code)
    for page in Page.objects.descendant_of(course).order_by("path").specific():
        translate(page, code=code)


@pytest.fixture
def french(course):
    translate_all(course)
    return course


def tree_of(course, code="fr"):
    """Modules with their lessons, by the titles of the source."""
    own = course.get_translation(make.locale(code))
    return [
        (module.title.removesuffix(f" ({code})"), [
            lesson.title.removesuffix(f" ({code})")
            for lesson in LessonPage.objects.child_of(module).order_by("path")
        ])
        for module in ModulePage.objects.child_of(own).order_by("path")
    ]  # fmt: skip


def named(title, code="en"):
    return Page.objects.get(title=title if code == "en" else f"{title} ({code})")


def move(title, target, position):
    named(title).move(named(target), pos=position)


def sound():
    return not any(Page.find_problems())


def test_a_new_order_is_followed_and_nothing_moves_twice(french):
    move("Lesson 1.2", "Lesson 1.1", "left")
    move("Module 2", "Module 1", "left")

    assert actions.follow_source(french) == 2
    assert tree_of(french) == tree_of(french, "en")
    assert tree_of(french)[1] == ("Module 1", ["Lesson 1.2", "Lesson 1.1"])
    assert actions.follow_source(french) == 0
    assert sound()


def test_one_lesson_that_goes_to_the_end_is_one_move(db):
    course = make.course(lessons=(6,))
    translate_all(course)
    move("Lesson 1.1", "Module 1", "last-child")

    assert actions.follow_source(course) == 1
    assert tree_of(course) == tree_of(course, "en")


def test_a_lesson_moves_to_another_module_with_its_texts_and_history(french):
    lesson = named("Lesson 1.1", "fr")
    before = (lesson.pk, lesson.translation_key, lesson.live_revision_id, lesson.live)
    move("Lesson 1.1", "Module 2", "first-child")

    actions.follow_source(french)

    lesson.refresh_from_db()
    assert tree_of(french) == tree_of(french, "en")
    assert before == (lesson.pk, lesson.translation_key, lesson.live_revision_id, lesson.live)
    assert sound()


def test_an_address_that_is_taken_gives_way_and_leads_on(french):
    own = named("Lesson 2.1", "fr").specific
    own.slug = "lesson-1-1"
    own.save_revision().publish()
    lesson = named("Lesson 1.1", "fr").specific
    lesson.title = "A draft that waits"
    lesson.save_revision()
    address = lesson.url
    move("Lesson 1.1", "Module 2", "first-child")

    actions.follow_source(french)
    lesson = LessonPage.objects.get(pk=lesson.pk)
    lesson.get_latest_revision().publish()

    lesson.refresh_from_db()
    assert lesson.slug == "lesson-1-1-1"
    assert lesson.title == "A draft that waits"
    assert lesson.live
    assert named("Lesson 2.1", "fr").slug == "lesson-1-1"
    found = Redirect.objects.filter(redirect_page=lesson).values_list("old_path", flat=True)
    assert address.rstrip("/") in found


def test_a_module_that_is_not_translated_becomes_a_draft(french):
    module = make.published(
        french, ModulePage(title="Module 3", slug="module-3", locale=make.locale("en"))
    )
    move("Lesson 1.1", "Module 3", "first-child")

    actions.follow_source(french)

    draft = module.get_translation(make.locale("fr"))
    assert (draft.live, draft.alias_of_id, draft.has_unpublished_changes) == (False, None, True)
    assert tree_of(french) == tree_of(french, "en")
    assert named("Lesson 1.1", "fr").live
    assert actions.follow_source(french) == 0


def test_a_lesson_moves_to_a_course_that_is_not_translated(french):
    other = make.course("Housing", lessons=(1,))
    target = ModulePage.objects.child_of(other).get()
    named_in_first = Page.objects.descendant_of(french).get(title="Lesson 1.2")
    named_in_first.move(target, pos="last-child")

    assert actions.follow_source(other) == 1
    draft = other.get_translation(make.locale("fr"))
    assert not draft.live
    assert [p.title for p in LessonPage.objects.descendant_of(draft)] == ["Lesson 1.2 (fr)"]
    assert sound()


def test_what_only_the_translation_has_stays_last(french):
    module = ModulePage.objects.get(title="Module 1 (fr)")
    own = LessonPage(title="Chez nous", slug="chez-nous", locale=make.locale("fr"))
    module.add_child(instance=own)
    own.move(named("Lesson 1.1", "fr"), pos="left")
    move("Lesson 1.1", "Module 1", "last-child")

    actions.follow_source(french)

    assert tree_of(french)[0] == ("Module 1", ["Lesson 1.2", "Lesson 1.1", "Chez nous"])
    assert actions.follow_source(french) == 0


@pytest.mark.django_db(transaction=True)
def test_every_move_is_heard_of_and_many_at_once_are_one_look(course, monkeypatch):
    translate_all(course)
    looked = []
    follow = actions.languages.follow_source
    monkeypatch.setattr(
        actions.languages, "follow_source", lambda page: looked.append(page.pk) or follow(page)
    )

    move("Lesson 1.2", "Lesson 1.1", "left")
    assert (tree_of(course), looked) == (tree_of(course, "en"), [course.pk])

    with transaction.atomic():
        move("Lesson 1.1", "Module 2", "last-child")
        move("Lesson 1.2", "Module 2", "last-child")
    assert (tree_of(course), len(looked)) == (tree_of(course, "en"), 2)

    move_in_french = named("Lesson 2.1", "fr")
    move_in_french.move(named("Module 1", "fr"), pos="last-child")
    assert (tree_of(course), len(looked)) == (tree_of(course, "en"), 3)
    assert sound()


@pytest.mark.django_db(transaction=True)
def test_a_move_that_was_taken_back_leaves_nothing_behind(course):
    translate_all(course)
    before = tree_of(course)
    with transaction.atomic():
        move("Lesson 1.2", "Lesson 1.1", "left")
        transaction.set_rollback(True)

    assert tree_of(course) == before == tree_of(course, "en")


@pytest.mark.django_db(transaction=True)
def test_a_new_translation_takes_the_place_of_its_source(course):
    for page in [make.site_home(), make.catalogue(), course, named("Module 1")]:
        translate(page.specific)
    with transaction.atomic():
        translate(LessonPage.objects.get(title="Lesson 1.2"))
        translate(LessonPage.objects.get(title="Lesson 1.1"))

    assert tree_of(course) == [("Module 1", ["Lesson 1.1", "Lesson 1.2"])]


def test_the_sweep_finds_what_nobody_followed_and_then_rests(french, django_assert_num_queries):
    move("Lesson 1.2", "Lesson 1.1", "left")

    assert actions.follow_everywhere() == 1
    assert actions.follow_everywhere() == 0
    with django_assert_num_queries(1):
        assert actions.follow_everywhere() == 0


def test_a_text_that_is_saved_late_leaves_the_page_where_it_was_moved(french):
    stale = named("Lesson 1.1", "fr").specific
    stale.get_parent()
    other = named("Lesson 1.2", "fr").specific
    move("Lesson 1.1", "Module 2", "last-child")
    actions.follow_source(french)
    stale.title = "Nouveau"
    stale.save()
    stale.save_revision().publish()
    other.save_revision().publish()

    assert tree_of(french) == [
        ("Module 1", ["Lesson 1.2"]),
        ("Module 2", ["Lesson 2.1", "Lesson 2.2", "Nouveau"]),
    ]
    assert Page.find_problems() == ([], [], [], [], [])
    stale.slug = "nouveau"
    stale.save()
    saved = LessonPage.objects.get(pk=stale.pk)
    assert saved.url_path == named("Module 2", "fr").url_path + "nouveau/"


def test_a_parent_that_is_saved_late_knows_how_many_pages_are_below_it(course):
    stale = named("Module 2").specific
    move("Lesson 1.1", "Module 2", "last-child")
    stale.save()
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_saving_while_the_translations_follow_leaves_a_sound_tree(course):
    translate_all(course)
    stale = [named(f"Lesson 1.{n}", "fr").specific for n in (1, 2)]
    move("Lesson 1.1", "Module 2", "first-child")
    together(lambda: actions.follow_source(course), *[page.save for page in stale])

    assert Page.find_problems() == ([], [], [], [], [])
    assert tree_of(course)[1] == ("Module 2", ["Lesson 1.1", "Lesson 2.1", "Lesson 2.2"])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_follow_at_once_leave_one_sound_tree(course):
    translate_all(course)
    with transaction.atomic():
        move("Lesson 1.2", "Lesson 1.1", "left")
        move("Module 2", "Module 1", "left")
        actions.languages._here.waiting.clear()

    page = CoursePage.objects.get(pk=course.pk)
    done = together(lambda: actions.follow_source(page), lambda: actions.follow_source(page))

    assert sorted(done) == [0, 2]
    assert tree_of(course) == tree_of(course, "en")
    assert sound()


def test_nothing_is_public_above_a_page_that_is_sent_for_translation(course):
    """Wagtail makes live aliases of the parents that are missing."""
    translate(make.site_home())
    lesson = make.lessons_of(course)[0]

    copy = translations.draft_copy(lesson, make.locale("fr"))

    above = Page.objects.ancestor_of(copy, inclusive=True).filter(locale=make.locale("fr"))
    states = [(page.live, page.alias_of_id) for page in above.order_by("path")]
    assert states == [(True, None), *[(False, None)] * 4]
    assert not Page.objects.filter(alias_of__isnull=False).exists()


def test_a_lesson_that_is_translated_before_its_course_is_read_at_once(client, course):
    french = make.locale("fr")
    translate(make.site_home())
    lesson = make.lessons_of(course)[0]
    copy = translations.draft_copy(lesson, french)
    make.translate_texts(lesson, french, publish=False)
    copy.specific.get_latest_revision().publish()

    for address in (copy.url, f"/fr{lesson.url.removeprefix('/en')}"):
        assert client.get(address, follow=True).status_code == 200
    assert client.get("/fr/courses/foundations/").status_code == 200


def test_a_translated_lesson_is_read_though_its_course_is_taken_off_in_that_language(
    client, french
):
    address = named("Lesson 1.1", "fr").url
    french.get_translation(make.locale("fr")).unpublish()
    assert client.get(address, follow=True).status_code == 200


def test_a_translation_of_what_is_archived_stays_off_the_site(french):
    lesson = LessonPage.objects.get(title="Lesson 1.1")
    actions.archive(lesson)
    twin = LessonPage.objects.get(title="Lesson 1.1 (fr)")
    twin.get_latest_revision().publish()
    assert not LessonPage.objects.get(pk=twin.pk).live
    actions.restore(lesson)
    assert LessonPage.objects.get(pk=twin.pk).live


def test_one_course_that_cannot_follow_does_not_keep_the_others_back(french, monkeypatch, caplog):
    other = make.course("Zweite", lessons=(2,))
    follow, seen = actions.languages.follow_source, []

    def failing(course):
        seen.append(course.pk)
        if course.pk == french.pk:
            raise ValueError
        return follow(course)

    monkeypatch.setattr(actions.languages, "follow_source", failing)
    actions.follow_everywhere()
    assert seen == [french.pk, other.pk]
    assert "stay behind: ValueError" in caplog.text
