"""The outline desk: publishing, archiving, and the coordinator's enrolments."""

import pytest
from django.db import transaction
from django.urls import reverse
from wagtail.models import Page

from courses import actions
from courses.models import CourseManifest, ItemChange, LearningItem, LessonPage
from participants.states import Role
from tests.courses.conftest import person
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
EDITORS = {Role.REVIEWER, Role.PUBLISHER, Role.ADMINISTRATOR}
PUBLISHERS = {Role.PUBLISHER, Role.ADMINISTRATOR}
COORDINATORS = {Role.COORDINATOR, Role.ADMINISTRATOR}
ANY_OUTLINE, ANY_INDEX, ANY_LIST = 31, 15, 13


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk)


@pytest.fixture
def publisher(client):
    client.force_login(people.staff(Role.PUBLISHER), backend=people.BACKEND)
    return client


def item_of(page) -> LearningItem:
    return LearningItem.objects.get(key=page.translation_key)


def titles(course) -> list[str]:
    return [lesson.title for lesson in make.lessons_of(course)]


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def arrange(client, course, page, move, **more):
    url = reverse("courses_arrange", args=[course.pk])
    return client.post(url, {"page": page.pk, "move": move, **more}, follow=True)


# --- Who may open what ---


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("courses_outline", EDITORS),
        ("courses_outlines", EDITORS),
        ("courses_publish", PUBLISHERS),
        ("courses_archive", PUBLISHERS),
        ("courses_restore", PUBLISHERS),
        ("courses_enrolment", COORDINATORS),
        ("courses_enrolments", COORDINATORS),
    ],
)
def test_who_may_open_what(client, course, enrolment, name, allowed):
    if name == "courses_restore":
        actions.archive(course)
    arguments = {"courses_enrolments": [], "courses_enrolment": [enrolment.pk]}
    url = reverse(name, args=arguments.get(name, [course.pk]))
    assert "/account/login/" in client.get(url, follow=True).redirect_chain[-1][0]
    opened = set()
    for role in Role:
        client.force_login(people.staff(role), backend=people.BACKEND)
        if client.get(url).status_code == 200:
            opened.add(role)

    assert opened == allowed


def test_courses_are_listed_for_those_who_may_edit_them(client, course):
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    assert "There is no course that you can edit." in text_of(client.get(reverse("courses_index")))


# --- Outline ---


def test_the_desk_names_the_changes_that_learners_do_not_have_yet(publisher, course):
    url = reverse("courses_outline", args=[course.pk])
    assert "Learners have this outline: no. 1" in text_of(publisher.get(url))
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")

    assert "New lesson: “Late”" in text_of(publisher.get(url))
    assert "Outline not published" in text_of(publisher.get(reverse("courses_index")))


def test_a_lesson_goes_up_and_down_by_buttons(publisher, course):
    second = make.lessons_of(course)[1]
    arrange(publisher, course, second, "up")
    assert titles(course) == ["Lesson 1.2", "Lesson 1.1", "Lesson 2.1", "Lesson 2.2"]
    arrange(publisher, course, second, "down")
    assert titles(course) == ["Lesson 1.1", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2"]
    assert "It stays where it is" in text_of(
        arrange(publisher, course, make.lessons_of(course)[1], "down")
    )


def test_a_lesson_is_dropped_before_another_one_or_into_a_module(publisher, course):
    first, *_rest, last = make.lessons_of(course)
    arrange(publisher, course, first, "before", target=last.pk)
    assert titles(course) == ["Lesson 1.2", "Lesson 2.1", "Lesson 1.1", "Lesson 2.2"]
    module = make.lessons_of(course)[0].get_parent()
    arrange(publisher, course, Page.objects.get(pk=first.pk), "into", target=module.pk)
    assert titles(course) == ["Lesson 1.2", "Lesson 1.1", "Lesson 2.1", "Lesson 2.2"]
    assert Page.find_problems() == ([], [], [], [], [])


def test_a_module_takes_its_lessons_along(publisher, course):
    module = make.lessons_of(course)[0].get_parent()
    arrange(publisher, course, module, "down")
    assert titles(course) == ["Lesson 2.1", "Lesson 2.2", "Lesson 1.1", "Lesson 1.2"]


@pytest.mark.parametrize(
    ("move", "target"),
    [("into", "lesson"), ("before", "module"), ("into", "course"), ("fly", "module"), ("", "x")],
)
def test_a_place_that_does_not_fit_is_refused_in_words(publisher, course, move, target):
    first, _second, third, *_rest = make.lessons_of(course)
    places = {"lesson": third.pk, "module": third.get_parent().pk, "course": course.pk, "x": "9x"}
    response = arrange(publisher, course, first, move, target=places[target])

    assert response.status_code == 200
    assert titles(course) == ["Lesson 1.1", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2"]


def test_a_page_of_another_course_is_not_moved_from_here(publisher, course):
    other = make.lessons_of(make.course("Other"))[0]
    assert arrange(publisher, course, other, "down").status_code == 404


def test_two_lessons_of_one_address_never_meet_in_a_module(publisher, course):
    first, *_rest, last = make.lessons_of(course)
    first.slug = last.slug
    first.save()
    response = arrange(publisher, course, first, "into", target=last.get_parent().pk)

    assert "has a page with the address" in text_of(response)
    assert titles(course)[0] == "Lesson 1.1"


def test_a_duplicate_is_a_draft_with_its_own_identity(publisher, course, enrolment):
    first = make.lessons_of(course)[0]
    actions.complete_item(enrolment.pk, item_of(first).pk)

    arrange(publisher, course, first, "duplicate")
    arrange(publisher, course, first, "duplicate")

    copies = LessonPage.objects.filter(title__contains="(copy)")
    assert [(c.live, c.get_parent() == first.get_parent()) for c in copies] == [(False, True)] * 2
    for copy in copies:
        assert copy.translation_key != first.translation_key
        assert item_of(copy).origin == item_of(first)
        assert not LearningItem.objects.with_evidence().filter(key=copy.translation_key).exists()


def test_a_course_is_copied_with_new_identities_throughout(course, enrolment):
    actions.complete_item(enrolment.pk, make.entries_of(course)[0].item_id)
    copy = course.copy(recursive=True, update_attrs={"slug": "again", "title": "Again"})

    assert item_of(copy).origin == item_of(course)
    for old, new in zip(make.lessons_of(course), make.lessons_of(copy), strict=True):
        assert item_of(new).origin == item_of(old)
        assert [b.id for b in new.body] == [b.id for b in old.body]
    second = make.lessons_of(copy)[0].copy(update_attrs={"slug": "third", "title": "Third"})
    assert item_of(second).origin == item_of(make.lessons_of(copy)[0])


@pytest.mark.parametrize("lessons", [1, 3])
def test_the_outline_desk_needs_the_same_queries_whatever_the_lessons(
    publisher, lessons, django_assert_num_queries
):
    page = make.course("Sized", lessons=(lessons, lessons))
    url = reverse("courses_outline", args=[page.pk])
    publisher.get(url)
    with django_assert_num_queries(ANY_OUTLINE):
        publisher.get(url)


@pytest.mark.parametrize("courses", [1, 3])
def test_the_list_of_courses_needs_the_same_queries_whatever_the_courses(
    publisher, courses, django_assert_num_queries
):
    for number in range(courses):
        make.course(f"Course {number}")
    publisher.get(reverse("courses_index"))
    with django_assert_num_queries(ANY_INDEX):
        publisher.get(reverse("courses_index"))


# --- Publish ---


def publish(client, course, **fields):
    url = reverse("courses_publish", args=[course.pk])
    fields = {"seen": "1", "note": "", **fields}
    return client.post(url, fields, follow=True)


def test_publishing_says_whom_it_touches_before_it_happens(publisher, course, enrolment):
    actions.complete_item(enrolment.pk, make.entries_of(course)[0].item_id)
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")

    words = text_of(publisher.get(reverse("courses_publish", args=[course.pk])))

    assert "Under way: 1." in words
    assert "Not possible: lessons were added" in words
    assert "Somebody with 1 of 4 lessons done then has 1 of 4 done, and 1 optional" in words
    assert "Somebody with 1 of 4 lessons done then has 1 of 5 done, and 0 optional" in words


def test_a_material_outline_is_published_with_its_reason(publisher, course, enrolment):
    first = make.lessons_of(course)[0]
    make.lesson(first.get_parent(), "Late")
    again = {f"again-{item_of(first).pk}": "on"}

    assert "Say why" in text_of(publish(publisher, course, kind="material", **again))
    response = publish(publisher, course, kind="material", note="New law", **again)

    assert "Outline no. 2 is published." in text_of(response)
    assert "0 of 1 people are brought in line." in text_of(response)
    manifest = CourseManifest.objects.first()
    by = int(publisher.session["_auth_user_id"])
    assert (manifest.kind, manifest.note) == ("material", "New law")
    assert manifest.published_by_id == by
    assert [e.item_id for e in manifest.items.filter(again=True)] == [item_of(first).pk]
    words = text_of(publisher.get(reverse("courses_outlines", args=[course.pk])))
    assert "New law" in words
    assert "New lesson: “Late”" in words


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "nonsense"},
        {"kind": "cosmetic"},
        {"kind": "additive", "seen": "x"},
        {"kind": "additive", "seen": "0"},
        {"kind": "additive", "note": "n" * 1001},
        {"kind": "initial"},
    ],
)
def test_a_form_that_does_not_fit_publishes_nothing_and_keeps_what_was_typed(
    publisher, course, fields
):
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    response = publish(publisher, course, **{"note": "My reason", **fields})

    assert response.status_code == 422
    assert fields.get("note", "My reason") in text_of(response)
    assert CourseManifest.objects.count() == 1


@pytest.mark.parametrize("name", ["courses_outline", "courses_publish", "courses_outlines"])
def test_a_number_that_no_page_has_is_not_found(publisher, course, name):
    for number in (10**20, course.get_parent().pk, 999_999):
        assert publisher.get(reverse(name, args=[number]), follow=True).status_code == 404


@pytest.mark.parametrize("seen", ["", "x", "9" * 5000, "-1", "\0"])
def test_a_form_of_nonsense_publishes_nothing(publisher, course, seen):
    make.lesson(make.lessons_of(course)[0].get_parent(), "Another")
    url = reverse("courses_publish", args=[course.pk])
    response = publisher.post(url, {"kind": "additive", "note": "a\0b", "seen": seen})
    assert response.status_code == 422
    assert CourseManifest.objects.count() == 1


def test_the_second_editor_is_told_that_somebody_else_published(publisher, course):
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    publish(publisher, course, kind="additive")
    make.lesson(make.lessons_of(course)[0].get_parent(), "Later")

    response = publish(publisher, course, kind="additive")

    assert "Somebody else published the outline meanwhile." in text_of(response)
    assert 'name="seen" value="2"' in text_of(response)


def test_without_any_change_only_material_is_offered_and_nothing_is_claimed(publisher, course):
    words = text_of(publisher.get(reverse("courses_publish", args=[course.pk])))
    assert "Not possible: nothing changed." in words
    assert [kind["possible"] for kind in publisher_kinds(publisher, course)] == [False, False, True]

    response = publish(publisher, course, kind="material", note="Just so")

    assert "Nothing was published: nothing is different from outline no. 1." in text_of(response)
    assert CourseManifest.objects.count() == 1


def publisher_kinds(client, course) -> list[dict]:
    return client.get(reverse("courses_publish", args=[course.pk])).context_data["kinds"]


def test_the_examples_count_what_is_ticked_and_nothing_is_published(publisher, course, enrolment):
    first, second, *_rest = make.entries_of(course)
    for entry in (first, second):
        actions.complete_item(enrolment.pk, entry.item_id)
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    actions.publish_outline(course, kind="additive")
    late = make.entries_of(course)[2]
    actions.complete_item(enrolment.pk, late.item_id)
    make.lesson(make.lessons_of(course)[0].get_parent(), "Later")
    ticks = {f"again-{first.item_id}": "on"}

    response = publish(
        publisher, course, kind="material", preview="1", note="Why", seen="2", **ticks
    )

    words = text_of(response)
    assert (
        "Somebody with 2 of 4 lessons done then has 2 of 4 done, and 2 optional lessons." in words
    )
    assert (
        "Somebody with 2 of 4 lessons done then has 2 of 6 done, and 0 optional lessons." in words
    )
    assert "Why" in words
    assert CourseManifest.objects.count() == 2


def test_looking_at_the_desk_writes_nothing(publisher, course):
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    announced = make.course("Announced", lessons=())
    before = LearningItem.objects.count()
    for page in (course, announced):
        for name in ("courses_outline", "courses_publish", "courses_outlines", "courses_archive"):
            assert publisher.get(reverse(name, args=[page.pk])).status_code == 200
    publisher.get(reverse("courses_index"))
    assert LearningItem.objects.count() == before


def test_whoever_had_to_sign_in_comes_back_to_the_desk(client, publisher, course, enrolment):
    before = titles(course)
    arrange = reverse("courses_arrange", args=[course.pk])
    assert publisher.get(arrange).url == reverse("courses_outline", args=[course.pk])
    assert titles(course) == before
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    for name in ("courses_credit", "courses_certificate"):
        address = reverse(name, args=[enrolment.pk])
        assert client.get(address).url == reverse("courses_enrolment", args=[enrolment.pk])


# --- Archive ---


@pytest.mark.parametrize("which", ["lesson", "module", "course"])
def test_nothing_is_restored_that_is_not_archived(publisher, course, which):
    lesson = make.lessons_of(course)[0]
    page = {"lesson": lesson, "module": lesson.get_parent(), "course": course}[which]
    url = reverse("courses_restore", args=[page.pk])
    for ask in (publisher.get, publisher.post):
        assert "is not archived." in text_of(ask(url, follow=True))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert url not in text_of(publisher.get(edit))
    actions.archive(page)
    assert "Yes, restore" in text_of(publisher.get(url))
    assert url in text_of(publisher.get(edit))


def test_archiving_says_what_it_means_and_restoring_brings_back(publisher, course, enrolment):
    first = make.lessons_of(course)[0]
    actions.complete_item(enrolment.pk, item_of(first).pk)
    url = reverse("courses_archive", args=[first.pk])
    assert "One person has finished something here." in text_of(publisher.get(url))

    response = publisher.post(url, {"note": "Out of date"}, follow=True)

    assert "is archived. What people did is kept." in text_of(response)
    assert ItemChange.objects.get().note == "Out of date"
    assert not LessonPage.objects.get(pk=first.pk).live
    publisher.post(reverse("courses_restore", args=[first.pk]))
    assert LessonPage.objects.get(pk=first.pk).live


def test_a_reason_that_is_too_long_archives_nothing(publisher, course):
    first = make.lessons_of(course)[0]
    response = publisher.post(reverse("courses_archive", args=[first.pk]), {"note": "n" * 1001})
    assert response.status_code == 422
    assert not ItemChange.objects.exists()


def test_only_courses_modules_and_lessons_are_archived(publisher, course):
    url = reverse("courses_archive", args=[course.get_parent().pk])
    assert publisher.get(url, follow=True).redirect_chain
    assert not ItemChange.objects.exists()


# --- Deleting ---


@pytest.fixture
def administrator(client):
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    return client


@pytest.fixture
def used(course, enrolment):
    """A lesson that somebody finished."""
    lesson = make.lessons_of(course)[0]
    actions.complete_item(enrolment.pk, item_of(lesson).pk)
    return lesson


@pytest.mark.parametrize("which", ["lesson", "module", "course", "catalogue", "home"])
def test_a_page_with_evidence_is_not_deleted_at_the_desk(administrator, used, course, which):
    pages = {
        "lesson": used,
        "module": used.get_parent(),
        "course": course,
        "catalogue": course.get_parent(),
        "home": course.get_parent().get_parent(),
    }
    before = Page.objects.count()
    url = reverse("wagtailadmin_pages:delete", args=[pages[which].pk])
    for ask in (administrator.get, administrator.post):
        assert "Nothing was deleted: people have worked with" in text_of(ask(url, follow=True))
    assert Page.objects.count() == before


@pytest.mark.parametrize("which", ["lesson", "module", "course"])
def test_a_publisher_is_offered_the_archive_where_deleting_is_not_allowed(
    publisher, used, course, which
):
    page = {"lesson": used, "module": used.get_parent(), "course": course}[which]
    url = reverse("wagtailadmin_pages:delete", args=[page.pk])
    for ask in (publisher.get, publisher.post):
        response = ask(url, follow=True)
        assert response.redirect_chain[-1][0] == reverse("courses_archive", args=[page.pk])
        assert "Nothing was deleted" in text_of(response)


def test_several_pages_are_refused_before_anybody_is_asked_whether_they_are_sure(
    administrator, used, course
):
    other = make.lessons_of(course)[1]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    module = used.get_parent()
    for query in (f"id={other.pk}&id={used.pk}", f"id=all&childOf={module.pk}", f"id={used.pk}"):
        response = administrator.get(f"{url}?{query}", follow=True)
        assert "Nothing was deleted" in text_of(response)
    response = administrator.get(f"{url}?id={other.pk}")
    assert "Are you sure" in text_of(response)
    assert administrator.get(f"{url}?id=0", follow=True).status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, None])
def test_the_archive_is_offered_to_nobody_else(client, used, role):
    if role:
        client.force_login(people.staff(role), backend=people.BACKEND)
    url = reverse("wagtailadmin_pages:delete", args=[used.pk])
    assert "Nothing was deleted" not in text_of(client.get(url, follow=True))


def test_a_translation_of_a_page_with_evidence_is_not_deleted(administrator, used):
    french = used.copy_for_translation(make.locale("fr"), copy_parents=True)
    url = reverse("wagtailadmin_pages:delete", args=[french.pk])
    assert "Nothing was deleted" in text_of(administrator.post(url, follow=True))
    assert Page.objects.filter(pk=french.pk).exists()


def test_several_pages_are_not_deleted_when_one_has_evidence(administrator, used, course):
    other = make.lessons_of(course)[1]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = administrator.post(f"{url}?id={other.pk}&id={used.pk}", follow=True)
    assert "Nothing was deleted" in text_of(response)
    assert LessonPage.objects.filter(pk__in=[other.pk, used.pk]).count() == 2


def test_no_code_deletes_a_page_with_evidence(used, course):
    for delete in (
        used.delete,
        used.get_parent().specific.delete,
        course.delete,
        Page.objects.filter(pk=course.pk).delete,
        LessonPage.objects.filter(pk=used.pk).delete,
    ):
        with pytest.raises(actions.HasEvidence), transaction.atomic():
            delete()
    assert LessonPage.objects.filter(pk=used.pk).exists()


def test_a_page_nobody_worked_with_is_deleted_and_excused(administrator, course, enrolment):
    fresh = make.lessons_of(course)[1]
    item = item_of(fresh)
    administrator.post(reverse("wagtailadmin_pages:delete", args=[fresh.pk]))

    assert not Page.objects.filter(pk=fresh.pk).exists()
    item.refresh_from_db()
    assert item.retired_at is not None
    actions.bring_up_to_date()
    assert enrolment.summary.__class__.objects.get(pk=enrolment.pk).required_total == 3


def test_an_archived_lesson_that_is_published_by_another_door_is_back(course, enrolment):
    lesson = make.lessons_of(course)[0]
    actions.archive(lesson)
    LessonPage.objects.get(pk=lesson.pk).save_revision().publish()

    assert item_of(lesson).retired_at is None
    assert [c.kind for c in item_of(lesson).changes.all()] == ["restored", "archived"]


# --- Addresses ---


def test_the_address_of_an_archived_lesson_says_what_happened(client, reader, used, course):
    from home.pagemap import page_map

    url = page_map().url(page_map().nodes[used.pk], "en")
    actions.archive(used)
    response = client.get(url)
    assert response.status_code == 410
    assert "Nobody has to do it any more." in text_of(response)
    client.force_login(reader)
    words = text_of(client.get(url))
    assert "You had finished it. That is kept." in words
    assert "Lesson 1.2" in words
    assert client.get(url.replace("/en/", "/fr/")).status_code == 410


def test_a_lesson_that_is_only_unpublished_is_not_found(client, used):
    from home.pagemap import page_map

    url = page_map().url(page_map().nodes[used.pk], "en")
    LessonPage.objects.get(pk=used.pk).unpublish()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_old_address_of_a_moved_lesson_leads_to_the_new_one(client, course, language):
    from home.pagemap import page_map

    first, *_rest, last = make.lessons_of(course)
    old = page_map().url(page_map().nodes[first.pk], language)
    first.move(last.get_parent(), "last-child")
    new = page_map().url(page_map().nodes[first.pk], language)

    response = client.get(old)

    assert (response.status_code, response.url) == (302, new)


# --- Enrolments ---


def test_a_coordinator_sees_why_and_grants_credit(client, reader, used, enrolment):
    other = make.course("Copied", lessons=(1,))
    copy = make.lessons_of(other)[0]
    LearningItem.objects.filter(key=copy.translation_key).update(origin=item_of(used))
    second = actions.enrol(reader.pk, make.run_of(other).pk)
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    url = reverse("courses_enrolment", args=[second.pk])
    assert "Credit from the original" in text_of(client.get(url))

    credit = reverse("courses_credit", args=[second.pk])
    fields = {"item": item_of(copy).pk, "note": "Same lesson"}
    assert "The lesson is credited." in text_of(client.post(credit, fields, follow=True))

    assert "got a lesson credited" in text_of(client.get(url))
    bad = client.post(credit, {"item": "x"}, follow=True)
    assert "has not finished the lesson" in text_of(bad)
    client.force_login(people.staff(Role.PUBLISHER), backend=people.BACKEND)
    assert client.post(credit, fields).status_code in (302, 403)


def test_credit_is_offered_for_a_copy_that_came_later(client, reader, used, enrolment):
    other = make.course("Other", lessons=(1,))
    second = actions.enrol(reader.pk, make.run_of(other).pk)
    copy = make.lesson(make.lessons_of(other)[0].get_parent(), "Copied")
    actions.publish_outline(other, kind="additive")
    LearningItem.objects.filter(key=copy.translation_key).update(origin=item_of(used))
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    assert "Reason to credit “Copied”" in text_of(
        client.get(reverse("courses_enrolment", args=[second.pk]))
    )

    credit = reverse("courses_credit", args=[second.pk])
    client.post(credit, {"item": item_of(copy).pk, "note": "Same lesson"})

    summary = second.summary.__class__.objects.get(pk=second.pk)
    assert (summary.required_done, summary.optional_done) == (0, 1)
    assert actions.rebuild_progress(second.pk, write=False) == []


def test_a_reason_to_credit_that_is_too_long_comes_back_whole(client, reader, used, enrolment):
    other = make.course("Copied", lessons=(1,))
    copy = make.lessons_of(other)[0]
    LearningItem.objects.filter(key=copy.translation_key).update(origin=item_of(used))
    second = actions.enrol(reader.pk, make.run_of(other).pk)
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    credit = reverse("courses_credit", args=[second.pk])
    long = "Ω" * 501

    response = client.post(credit, {"item": item_of(copy).pk, "note": long})

    assert response.status_code == 422
    assert "shorten it to 500 characters" in text_of(response)
    assert f'value="{long}"' in text_of(response)
    assert not second.events.filter(verb="credited").exists()
    client.post(credit, {"item": item_of(copy).pk, "note": long[:500]})
    assert second.events.get(verb="credited").detail["note"] == long[:500]


def test_notes_are_not_shown_to_a_coordinator(client, enrolment, course):
    item = make.entries_of(course)[0].item_id
    actions.save_reflection(enrolment.pk, item, "p", "Only mine", version=0)
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    url = reverse("courses_enrolment", args=[enrolment.pk])
    assert "Only mine" not in text_of(client.get(url))


@pytest.mark.parametrize(
    "query", ["?course=x", "?state=x", "?q=%00", "?page=x", "?page=99", "?q=Ωμέγα&state=active"]
)
def test_nonsense_narrows_nothing_and_breaks_nothing(client, enrolment, query):
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    assert client.get(reverse("courses_enrolments") + query).status_code == 200


@pytest.mark.parametrize("readers", [1, 3])
def test_the_list_of_enrolments_needs_the_same_queries_whatever_their_number(
    client, course, readers, django_assert_num_queries
):
    for number in range(readers):
        actions.enrol(person(f"r{number}@example.org").pk, make.run_of(course).pk)
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    client.get(reverse("courses_enrolments"))
    with django_assert_num_queries(ANY_LIST):
        client.get(reverse("courses_enrolments"))
