"""What is to be translated, who may, and nothing public that nobody has translated."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowTask
from wagtail_localize.models import Translation

from courses.models import LessonPage
from home import translations
from home.publishing import UnfinishedPage
from participants.states import Role
from tests.factories import courses as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def french():
    locale = make.locale("fr")
    copy = make.site_home().copy_for_translation(locale)
    copy.save_revision().publish()
    return locale


@pytest.fixture
def course(french):
    return make.course(lessons=(2,))


@pytest.fixture
def lesson(course) -> LessonPage:
    return make.lessons_of(course)[0]


@pytest.fixture
def translator(client, french):
    client.force_login(people.person(translates=["fr"]), backend=people.BACKEND)
    return client


def waits(page, locale) -> Page | None:
    return translations.to_translate(locale).filter(pk=page.pk).first()


def texts(page, locale) -> list[tuple[list, list]]:
    row = waits(page, locale)
    return [(d.old, d.new) for d in translations.differences([row], locale)[page.pk]]


def write(page, *paragraphs):
    """The source goes out with these paragraphs; those that were there keep their block."""
    page = LessonPage.objects.get(pk=page.pk)
    ids = [block.id for block in page.body]
    blocks = [make.text_block(words) for words in paragraphs]
    for block, known in zip(blocks, ids, strict=False):
        block["id"] = known
    page.body = json.dumps(blocks)
    page.save_revision().publish()


# --- Drafts ---


def test_a_page_that_is_sent_for_translation_is_a_draft_until_somebody_publishes(lesson, french):
    copy = translations.draft_copy(lesson, french)

    assert lesson.live
    assert not copy.live
    assert translations.state_of(waits(lesson, french)) == translations.DRAFT
    assert translations.draft_copy(lesson, french) == copy


def test_a_page_that_another_one_links_to_keeps_its_translation(french):
    """wagtail-localize writes the source's text into the pages that a page refers to."""
    home = make.site_home()
    catalogue = make.catalogue()
    own = catalogue.copy_for_translation(french)
    own.title = "Cours"
    own.save_revision().publish()
    home.doors = json.dumps(
        [
            {
                "type": "door",
                "value": {"title": "Learn", "text": "Go", "page": catalogue.pk, "url": ""},
            }
        ]
    )
    home.save_revision().publish()
    german = make.locale("de")
    for locale in (french, german):
        translations.draft_copy(home, locale)

    assert Page.objects.get(pk=own.pk).title == "Cours"
    assert not catalogue.has_translation(german)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_translators_who_begin_at_once_share_one_draft(lesson, french):
    made = together(*[lambda: translations.draft_copy(lesson, french).pk] * 3)

    assert len(set(made)) == 1
    assert lesson.get_translations().count() == 1


# --- What changed ---


def test_a_page_without_translation_waits_with_all_its_texts(lesson, french):
    assert translations.step_of(waits(lesson, french)) == translations.START
    assert ([], ["What Lesson 1.1 says."]) in texts(lesson, french)


def test_a_translated_page_waits_no_more_until_its_source_changes(
    lesson, french, django_capture_on_commit_callbacks
):
    translations.draft_copy(lesson, french)
    with django_capture_on_commit_callbacks(execute=True):
        make.translate_texts(lesson, french)
    assert waits(lesson, french) is None

    write(lesson, "What it says now.", "And more.")

    row = waits(lesson, french)
    assert translations.state_of(row) == translations.CHANGED
    assert translations.step_of(row) == translations.TAKE_OVER
    assert texts(lesson, french) == [
        (["What Lesson 1.1 says."], ["What it says now."]),
        ([], ["And more."]),
    ]


def test_taking_the_new_texts_over_leaves_the_public_translation_as_it_is(
    lesson, french, django_capture_on_commit_callbacks
):
    translations.draft_copy(lesson, french)
    with django_capture_on_commit_callbacks(execute=True):
        make.translate_texts(lesson, french)
    before = LessonPage.objects.get(locale=french).body.raw_data[0]
    write(lesson, "What it says now.")
    before_taking = texts(lesson, french)

    translations.take_over(lesson)

    assert LessonPage.objects.get(locale=french).body.raw_data[0] == before
    row = waits(lesson, french)
    assert translations.step_of(row) == translations.CONTINUE
    assert translations.state_of(row) == translations.BEGUN
    for state, expected in ((translations.BEGUN, [lesson.pk]), (translations.CHANGED, [])):
        rows = translations.to_translate(french).filter(translations.STATES[state])
        assert list(rows.values_list("pk", flat=True)) == expected
    assert texts(lesson, french) == before_taking
    with django_capture_on_commit_callbacks(execute=True):
        make.translate_texts(lesson, french)
    assert waits(lesson, french) is None
    assert "FR What it says now." in str(LessonPage.objects.get(locale=french).body)


def test_a_translation_that_was_written_by_hand_is_compared_with_the_source_of_its_day(
    course, lesson, french
):
    for page in (make.catalogue(), course, lesson.get_parent().specific, lesson):
        copy = page.copy_for_translation(french)
        copy.save_revision().publish()
    assert waits(lesson, french) is None

    write(lesson, "What it says now.")

    assert texts(lesson, french) == [(["What Lesson 1.1 says."], ["What it says now."])]
    twin = lesson.get_translation(french)
    assert translations.step_of(waits(lesson, french)) == translations.CONFIRM
    translations.confirm(twin)
    assert waits(lesson, french) is None


def test_confirming_a_translation_keeps_the_date_on_which_another_text_goes_out(
    course, lesson, french
):
    for page in (make.catalogue(), course, lesson.get_parent().specific, lesson):
        page.copy_for_translation(french).save_revision().publish()
    twin = LessonPage.objects.get(locale=french, translation_key=lesson.translation_key)
    twin.go_live_at = timezone.now() + timedelta(days=1)
    dated = twin.save_revision()
    dated.publish()
    write(lesson, "What it says now.")

    translations.confirm(twin)

    dated.refresh_from_db()
    assert dated.approved_go_live_at is not None
    assert waits(lesson, french) is None


def test_confirming_a_translation_keeps_the_draft_that_waits_in_it(course, lesson, french):
    for page in (make.catalogue(), course, lesson.get_parent().specific, lesson):
        page.copy_for_translation(french).save_revision().publish()
    twin = LessonPage.objects.get(locale=french, translation_key=lesson.translation_key)
    twin.title = "A draft"
    twin.save_revision()
    write(lesson, "What it says now.")

    translations.confirm(twin)

    twin = LessonPage.objects.get(pk=twin.pk)
    assert (twin.title, twin.get_latest_revision_as_object().title) == ("Lesson 1.1", "A draft")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_whatever_the_pages(
    translator, django_assert_num_queries, count
):
    make.course(lessons=(count,))
    url = reverse("home_to_translate", args=["fr"])
    translator.get(url)
    with django_assert_num_queries(LIST):
        response = translator.get(url)
    assert len(response.context_data["rows"]) == 3 + count


LIST = 22


# --- The desk ---


@pytest.mark.parametrize("name", ["home_to_translate", "home_page_to_translate"])
def test_who_may_open_the_translators_desk(client, lesson, name):
    arguments = {"home_page_to_translate": ["fr", lesson.pk]}.get(name, ["fr"])
    url = reverse(name, args=arguments)
    assert "/account/login/" in client.get(url, follow=True).redirect_chain[-1][0]
    opened = set()
    for role in Role:
        client.force_login(people.staff(role), backend=people.BACKEND)
        if client.get(url).status_code == 200:
            opened.add(role)
    assert opened == {Role.PUBLISHER, Role.ADMINISTRATOR}
    for languages, status in ((["fr"], 200), (["de"], 302), (["de", "fr"], 200)):
        make.locale("de")
        client.force_login(people.person(translates=languages), backend=people.BACKEND)
        assert client.get(url).status_code == status


def test_the_desk_leads_to_ones_own_language(translator):
    response = translator.get(reverse("home_translations"))
    assert response.url == reverse("home_to_translate", args=["fr"])


@pytest.mark.parametrize(
    "query", ["state=nonsense", "page=x", "q=%00", "q=" + "x" * 500, "page=99"]
)
def test_nonsense_breaks_nothing(translator, lesson, query):
    url = reverse("home_to_translate", args=["fr"])
    assert translator.get(f"{url}?{query}").status_code == 200


def test_the_list_is_narrowed_by_state_and_title(translator, lesson, french):
    translations.draft_copy(lesson, french)
    url = reverse("home_to_translate", args=["fr"])

    def titles(query):
        return [row["page"].title for row in translator.get(f"{url}?{query}").context_data["rows"]]

    assert titles("state=new") == ["Lesson 1.2"]
    assert "Lesson 1.1" in titles("state=draft")
    assert titles("q=lesson+1.1") == ["Lesson 1.1"]


def test_what_changed_and_what_was_never_translated_stand_apart(
    translator, lesson, french, django_capture_on_commit_callbacks
):
    translations.draft_copy(lesson, french)
    with django_capture_on_commit_callbacks(execute=True):
        make.translate_texts(lesson, french)
    write(lesson, "What it says now.", "And more.")
    url = reverse("home_page_to_translate", args=["fr", lesson.pk])

    texts = translator.get(url).context_data["texts"]

    assert [(title, [one.new for one in found]) for title, found in texts] == [
        ("What changed", [["What it says now."]]),
        ("What is not translated yet", [["And more."]]),
    ]


def test_a_language_or_page_that_is_not_there_is_not_found(translator, lesson, french):
    hidden = LessonPage.objects.get(title="Lesson 1.2")
    hidden.unpublish()
    for arguments in (["el", lesson.pk], ["fr", hidden.pk], ["fr", 999_999]):
        url = reverse("home_page_to_translate", args=arguments)
        assert translator.get(url, follow=True).status_code == 404


def test_a_translator_begins_and_comes_to_the_form(translator, lesson, french):
    url = reverse("home_page_to_translate", args=["fr", lesson.pk])
    page = translator.get(url).content.decode()
    assert "Begin the translation" in page
    assert "What Lesson 1.1 says." in page

    response = translator.post(url, {"step": "start"})

    twin = lesson.get_translation(french)
    assert response.url == reverse("wagtailadmin_pages:edit", args=[twin.pk])
    assert translator.get(response.url).status_code == 200
    assert not twin.live


def test_a_step_that_somebody_else_did_meanwhile_is_told(translator, lesson, french):
    translations.draft_copy(lesson, french)
    url = reverse("home_page_to_translate", args=["fr", lesson.pk])
    for step in ("start", "confirm", "nonsense", ""):
        response = translator.post(url, {"step": step}, follow=True)
        assert "Somebody else went on meanwhile." in response.content.decode()


def test_a_translation_that_fits_is_confirmed_at_the_desk(translator, course, lesson, french):
    for page in (make.catalogue(), course, lesson.get_parent().specific, lesson):
        page.copy_for_translation(french).save_revision().publish()
    write(lesson, "What it says now.")
    url = reverse("home_page_to_translate", args=["fr", lesson.pk])
    page = translator.get(url).content.decode()
    assert "What Lesson 1.1 says." in page
    assert "What it says now." in page

    translator.post(url, {"step": "confirm"})

    assert waits(lesson, french) is None
    assert "up to date in" in translator.get(url).content.decode()


# --- wagtail-localize's own screens ---


def test_a_page_is_sent_only_into_ones_own_languages(translator, lesson, french):
    german = make.locale("de")
    url = reverse("wagtail_localize:submit_page_translation", args=[lesson.pk])
    response = translator.get(url)
    assert list(response.context_data["form"].fields["locales"].queryset) == [french]

    translator.post(url, {"locales": [german.pk]})
    assert not lesson.has_translation(german)
    translator.post(url, {"locales": [french.pk], "include_subtree": "on"})
    assert not lesson.get_translation(french).live


def test_a_page_of_which_nobody_translated_a_word_is_not_published(
    translator, lesson, french, django_capture_on_commit_callbacks
):
    twin = translations.draft_copy(lesson, french)
    url = reverse("wagtailadmin_pages:edit", args=[twin.pk])
    with django_capture_on_commit_callbacks(execute=True):
        response = translator.post(url, {"action": "publish"}, follow=True)

    assert "no text of “Lesson 1.1” is translated yet" in response.content.decode()
    assert not Page.objects.get(pk=twin.pk).live


@pytest.mark.parametrize("door", ["bulk", "workflow", "code"])
def test_no_door_publishes_a_page_of_which_nobody_translated_a_word(client, lesson, french, door):
    twin = translations.draft_copy(lesson, french).specific
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    if door == "bulk":
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        answer = client.post(f"{url}?id={twin.pk}", {"include_descendants": ""}, follow=True)
        assert "is translated yet" in answer.content.decode()
    elif door == "workflow":
        workflow = Workflow.objects.create(name="Two pairs of eyes")
        task = GroupApprovalTask.objects.create(name="Second pair")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
        editor = people.staff(Role.ADMINISTRATOR, email="second@example.org")
        state = workflow.start(twin, editor)
        with pytest.raises(UnfinishedPage):
            state.current_task_state.approve(user=editor)
    else:
        with pytest.raises(UnfinishedPage):
            twin.get_latest_revision().publish()
    assert not Page.objects.get(pk=twin.pk).live
    make.translate_texts(lesson, french, publish=False)
    twin.get_latest_revision().publish()
    assert Page.objects.get(pk=twin.pk).live


def test_at_its_date_an_untranslated_page_stays_a_draft_and_holds_nobody_up(lesson, french, caplog):
    past = timezone.now() - timedelta(minutes=5)
    other = make.lesson(lesson.get_parent(), "Other")
    other.unpublish()
    twin = translations.draft_copy(lesson, french).specific
    for page in (twin, LessonPage.objects.get(pk=other.pk)):
        page.go_live_at = past
        revision = page.save_revision()
        revision.approved_go_live_at = past
        revision.save(update_fields=["approved_go_live_at"])
    call_command("publish_scheduled")

    live = dict(Page.objects.filter(pk__in=[twin.pk, other.pk]).values_list("pk", "live"))
    assert live == {twin.pk: False, other.pk: True}
    assert "not translated" in caplog.text


def test_taking_over_publishes_in_no_language(
    translator, lesson, french, django_capture_on_commit_callbacks
):
    translations.draft_copy(lesson, french)
    with django_capture_on_commit_callbacks(execute=True):
        make.translate_texts(lesson, french)
    write(lesson, "What it says now.")
    source = Translation.objects.get(source__object_id=lesson.translation_key).source
    url = reverse("wagtail_localize:update_translations", args=[source.pk])
    with django_capture_on_commit_callbacks(execute=True):
        translator.post(url, {"publish_translations": "on"})

    assert "FR What Lesson 1.1 says." in str(LessonPage.objects.get(locale=french).body)
    assert translations.step_of(waits(lesson, french)) == translations.CONTINUE


def test_no_page_becomes_a_public_copy_of_its_source(translator, lesson, french):
    twin = translations.draft_copy(lesson, french)
    url = reverse("wagtail_localize:convert_to_alias", args=[twin.pk])
    response = translator.post(url, follow=True)

    assert "not turned into copies" in response.content.decode()
    assert Page.objects.get(pk=twin.pk).alias_of_id is None
    form = translator.get(reverse("wagtailadmin_pages:edit", args=[twin.pk])).content.decode()
    assert "localize-convert-to-alias" not in form


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_translator_cannot_write_in_another_language(translator, lesson, language):
    page = lesson
    if language == "de":
        make.site_home().copy_for_translation(make.locale("de"))
        page = translations.draft_copy(lesson, make.locale("de"))
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = translator.get(url, follow=True)
    assert response.request["PATH_INFO"] != url


def test_the_menu_offers_translators_what_they_can_use(translator, course):
    menu = translator.get("/admin/").content.decode()
    assert reverse("home_translations") in menu
    assert f'"{reverse("courses_index")}"' not in menu


def test_the_menu_offers_publishers_courses_and_translations(client, course):
    client.force_login(people.staff(Role.PUBLISHER), backend=people.BACKEND)
    menu = client.get("/admin/").content.decode()
    assert reverse("home_translations") in menu
    assert f'"{reverse("courses_index")}"' in menu
