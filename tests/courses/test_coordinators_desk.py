"""The coordinator's desk: whose people, which filters, files, messages, excuses, and the log."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from courses import actions
from courses.models import (
    CourseMessage,
    DeskAct,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    MessageRecipient,
    ProgressEvent,
)
from credentials.models import Credential
from participants.actions import erase_person, export_person
from participants.models import MailTrouble, Notice
from participants.refusals import Refused
from participants.states import Role
from tests.courses.conftest import person
from tests.factories import academy as programmes
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
LIST, PROGRESS, COURSE, LOG = 19, 14, 20, 15
FILE = {"csv": 16, "xlsx": 15}
LONG_AGO = timezone.now() - timedelta(days=60)


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def other(db):
    """A course of another programme."""
    return make.course("Elsewhere", lessons=(2,))


@pytest.fixture
def enrolment(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk)


@pytest.fixture
def coordinator(course):
    return programmes.coordinator(course, email="coordinator@example.org")


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator, backend=people.BACKEND)
    return client


def items(course) -> list[int]:
    return [entry.item_id for entry in make.entries_of(course)]


def enrolled(course, name, **fields) -> Enrolment:
    number = Enrolment.objects.count()
    user = people.person(f"{number}@example.org", name, profile=True)
    found = actions.enrol(user.pk, make.run_of(course).pk, now=fields.pop("now", None))
    if fields:
        EnrolmentSummary.objects.filter(pk=found.pk).update(**fields)
    return found


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def listed(response) -> list[str]:
    return sorted(str(e.user) for e in response.context["object_list"])


def url(name, *args) -> str:
    return reverse(f"courses_{name}", args=args)


# --- Who may open what ---

ON_ENROLMENT = ["enrolment", "credit", "excuse", "reset", "certificate"]
LISTS = ["enrolments", "enrolments_results", "progress", "activity", "activity_results"]
ANSWERS = {
    # address: visitor, participant, owner, author, other coordinator, own, officer, administrator
    **dict.fromkeys(ON_ENROLMENT, ("login", "out", "out", "home", 404, 200, "home", 200)),
    **dict.fromkeys(LISTS, ("login", "out", "out", "home", 200, 200, "home", 200)),
    **dict.fromkeys(
        ["progress_of", "message"], ("login", "out", "out", "home", 404, 200, "home", 200)
    ),
    **dict.fromkeys(["export", "write"], ("login", "out", "out", "home", 200, 200, "home", 200)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_who_may_open_what(client, course, other, reader, enrolment, coordinator, name):
    message = actions.send_message(
        [enrolment.pk], token=uuid4(), by=coordinator, subject="Hello", text="How are you?"
    )
    arguments = {
        **{one: [enrolment.pk] for one in ON_ENROLMENT},
        "progress_of": [enrolment.run.course_id],
        "message": [message.pk],
    }
    address = url(name, *arguments.get(name, []))
    ladder = [
        None,
        person("other@example.org"),
        reader,
        people.staff(Role.AUTHOR),
        programmes.coordinator(other),
        coordinator,
        people.staff(Role.DATA_PROTECTION_OFFICER),
        people.staff(Role.ADMINISTRATOR),
    ]
    assert tuple(answer(client, who, address) for who in ladder) == ANSWERS[name]


def answer(client, who, address):
    """The status, or where one is led: to the sign-in, out of the desk, or to the desk's home."""
    client.logout()
    if who:
        client.force_login(who, backend=people.BACKEND)
    response = client.get(address, follow=True)
    end = response.redirect_chain[-1][0] if response.redirect_chain else ""
    if "/account/login/" in end:
        return "login"
    if end == reverse("wagtailadmin_home"):
        assert "do not have permission" in text_of(response)
        return "home"
    return "out" if end and "/admin/" not in end else response.status_code


@pytest.mark.parametrize("name", ["credit", "excuse", "reset", "certificate"])
def test_a_coordinator_of_another_programme_changes_nothing(client, other, enrolment, course, name):
    client.force_login(programmes.coordinator(other), backend=people.BACKEND)
    data = {"item": items(course)[0], "reason": "Mine now", "step": "excuse", "code": "x"}
    assert client.post(url(name, enrolment.pk), data, follow=True).status_code == 404
    assert not DeskAct.objects.exists()


def test_only_ones_own_people_are_listed_and_everybodys_for_administrators(
    desk, client, course, other, enrolment
):
    enrolled(other, "Bea")
    assert listed(desk.get(url("enrolments"))) == ["Ada"]
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    assert listed(client.get(url("enrolments"))) == ["Ada", "Bea"]


@pytest.mark.parametrize("name", ["enrolments", "progress"])
def test_a_coordinator_without_a_programme_reads_why_the_desk_is_empty(client, enrolment, name):
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    assert "no programme yet" in text_of(client.get(url(name)))


def test_whoever_loses_the_role_loses_the_people(desk, coordinator, enrolment):
    coordinator.groups.clear()
    assert desk.get(url("enrolment", enrolment.pk)).status_code == 302
    assert not Enrolment.objects.in_reach_of(type(coordinator).objects.get(pk=coordinator.pk))


# --- The list ---


@pytest.mark.parametrize("readers", [1, 3])
def test_the_list_needs_the_same_queries_whatever_its_length(
    desk, course, readers, django_assert_num_queries
):
    for number in range(readers):
        one = enrolled(course, f"Reader {number}")
        actions.open_item(one.pk, items(course)[number])
    desk.get(url("enrolments"))
    with django_assert_num_queries(LIST):
        assert len(listed(desk.get(url("enrolments")))) == readers


def test_filters_narrow_the_list(desk, course, coordinator):
    first, second, *_rest = items(course)
    now = timezone.now()
    ada = enrolled(course, "Ada", now=LONG_AGO)
    actions.open_item(ada.pk, first, now=LONG_AGO)
    bea = enrolled(course, "Bea")
    for item in items(course):
        actions.complete_item(bea.pk, item)
    cem = enrolled(course, "Cem", percent=50, last_seen_at=now, last_item=second)
    type(cem.user).objects.filter(pk=cem.user_id).update(language="el")
    cem.user.profile.country = "GR"
    cem.user.profile.save()
    dora = actions.withdraw(enrolled(course, "Dora").pk)
    run, key = dora.run_id, dora.run.course_id

    def found(**query):
        response = desk.get(url("enrolments"), query)
        filters = response.context["filters"]
        assert filters.is_valid(), filters.errors
        return listed(response)

    assert found(course=key) == ["Ada", "Bea", "Cem", "Dora"]
    assert found(state="withdrawn") == ["Dora"]
    assert found(percent="100") == ["Bea"]
    assert found(percent="50-99") == ["Cem"]
    assert found(idle="30") == ["Ada"]
    assert found(idle="90") == []
    assert found(stuck=first) == ["Ada"]
    assert found(stuck=second) == []
    assert found(country="GR") == ["Cem"]
    assert found(language="el") == ["Cem"]
    assert found(organisation="town of") == ["Ada", "Bea", "Cem", "Dora"]
    assert found(organisation="Ωμέγα") == []
    assert found(completed_from=now.date().isoformat()) == ["Bea"]
    assert found(completed_to="2001-01-01") == []
    assert found(q="be") == ["Bea"]
    assert found(q="@example.org", state="active") == ["Ada", "Cem"]
    assert run


@pytest.mark.parametrize("ordering", ["user__name", "-summary__last_seen_at", "summary__percent"])
def test_the_list_is_sorted_and_what_is_empty_comes_last(desk, course, ordering):
    enrolled(course, "Ada", percent=10, last_seen_at=timezone.now())
    enrolled(course, "Bea", percent=20, last_seen_at=None)
    response = desk.get(url("enrolments"), {"ordering": ordering})
    assert [str(e.user) for e in response.context["object_list"]] == ["Ada", "Bea"]


@pytest.mark.parametrize(
    "query",
    [
        *("?course=x", "?state=x", "?q=%00", "?p=x", "?p=99", "?q=Ωμέγα&state=active"),
        *("?idle=-1", "?stuck=999999999999999999999", "?percent=%00", "?ordering=pk"),
        *("?completed_from=yesterday", "?organisation=%00", f"?organisation={'x' * 300}"),
        *("?course=😀", "?run=1", "?country=ZZZ"),
    ],
)
def test_nonsense_in_a_filter_breaks_nothing(desk, enrolment, query):
    assert desk.get(url("enrolments") + query).status_code == 200
    assert desk.get(url("activity") + query).status_code == 200
    assert desk.get(url("progress_of", enrolment.run.course_id) + query).status_code == 200


# --- Files ---


def csv_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def xlsx_of(response) -> list[list]:
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_the_filters_find_is_exported_and_written_down_without_names(
    desk, coordinator, course, other, kind
):
    enrolled(course, "=HYPERLINK(1)", percent=50)
    enrolled(course, "Bea", percent=0)
    enrolled(other, "Not mine", percent=50)
    data = {"who": "all", "query": "percent=50-99&q=example.org", "format": kind}

    lines = (csv_of if kind == "csv" else xlsx_of)(desk.post(url("export"), data))

    assert [line[0] for line in lines] == ["Name", "'=HYPERLINK(1)"]
    assert dict(zip(lines[0], lines[1], strict=True))["Organisation"] == "Town of Testing"
    act = DeskAct.objects.get()
    assert (act.kind, act.by, act.count) == ("export", coordinator, 1)
    assert act.detail == {
        "format": kind,
        "chosen": "all",
        "filters": {"percent": "50-99"},
        "typed": ["q"],
    }


def test_the_people_ticked_are_exported_and_nobody_elses(desk, course, other):
    mine, theirs = enrolled(course, "Ada"), enrolled(other, "Bea")
    lines = csv_of(desk.post(url("export"), {"id": [mine.pk, theirs.pk, "x"], "format": "csv"}))
    assert [line[0] for line in lines[1:]] == ["Ada"]


@pytest.mark.parametrize("data", [{}, {"id": "x"}, {"who": "all", "query": "percent=nonsense"}])
def test_nothing_leaves_the_house_without_a_choice_that_is_understood(desk, enrolment, data):
    response = desk.post(url("export"), data, follow=True)
    assert response.redirect_chain[-1][0].startswith(url("enrolments"))
    assert not DeskAct.objects.exists()


def test_a_list_that_is_too_long_for_xlsx_goes_out_as_csv(desk, course, monkeypatch):
    monkeypatch.setattr("courses.desk.export.MOST_XLSX", 1)
    enrolled(course, "Ada")
    enrolled(course, "Bea")
    data = {"who": "all", "format": "xlsx"}
    assert "Export as CSV, or choose fewer" in text_of(desk.post(url("export"), data, follow=True))
    assert not DeskAct.objects.exists()
    assert len(csv_of(desk.post(url("export"), data | {"format": "csv"}))) == 3


def test_the_file_holds_no_more_than_a_coordinator_needs(desk, enrolment):
    headings = csv_of(desk.post(url("export"), {"who": "all"}))[0]
    assert headings == [
        *("Name", "E-mail address", "Organisation", "Country", "Language", "Course"),
        *("Course run", "Attempt", "State", "Percent done", "Lessons done"),
        *("Lessons that count", "Enrolled", "Last seen", "Completed"),
    ]


def test_an_erased_person_is_a_line_without_a_name(desk, reader, enrolment):
    erase_person(reader.pk)
    (line,) = csv_of(desk.post(url("export"), {"who": "all"}))[1:]
    assert line[:5] == ["erased person", "", "", "", ""]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_speaks_the_coordinators_language_whatever_the_browser_asks_for(
    desk, coordinator, enrolment, kind
):
    UserProfile.objects.create(user=coordinator, preferred_language="de")
    data = {"who": "all", "format": kind}
    response = desk.post(url("export"), data, headers={"accept-language": "en"})
    with translation.override("el"):  # whoever comes next in the same thread
        lines = (csv_of if kind == "csv" else xlsx_of)(response)
        assert translation.get_language() == "el"

    assert lines[0][5:9] == ["Kurs", "Kursdurchgang", "Durchgang", "Stand"]
    assert lines[1][8] == "aktiv"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_files_days_are_those_of_the_coordinators_clock(desk, coordinator, course, kind):
    UserProfile.objects.create(user=coordinator, current_time_zone="Pacific/Kiritimati")
    enrolled(course, "Ada", now=datetime(2026, 3, 1, 20, tzinfo=UTC))
    lines = (csv_of if kind == "csv" else xlsx_of)(
        desk.post(url("export"), {"who": "all", "format": kind})
    )
    assert dict(zip(lines[0], lines[1], strict=True))["Enrolled"] == "2026-03-02"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("readers", [1, 3])
def test_a_file_needs_the_same_queries_whatever_its_length(
    desk, course, kind, readers, django_assert_num_queries
):
    for number in range(readers):
        enrolled(course, f"Reader {number}")
    desk.get(url("enrolments"))
    with django_assert_num_queries(FILE[kind]):
        b"".join(desk.post(url("export"), {"who": "all", "format": kind}).streaming_content)


# --- Progress ---


@pytest.mark.parametrize("readers", [1, 3])
def test_progress_needs_the_same_queries_whatever_people_and_courses(
    desk, coordinator, course, readers, django_assert_num_queries
):
    more = [make.course(f"More {n}", lessons=(1,)) for n in range(readers)]
    programmes.programme(*more, coordinators=[coordinator])
    for number in range(readers):
        enrolled(course, f"Reader {number}")
    key = Enrolment.objects.first().run.course_id
    desk.get(url("progress"))
    with django_assert_num_queries(PROGRESS):
        desk.get(url("progress"))
    with django_assert_num_queries(COURSE):
        desk.get(url("progress_of", key))


def test_progress_shows_who_came_how_far_and_who_is_stuck_where(desk, course):
    first, second, *_rest = items(course)
    ada, bea, cem, dora = (enrolled(course, name, now=LONG_AGO) for name in ("A", "B", "C", "D"))
    actions.open_item(ada.pk, first, now=LONG_AGO)
    actions.complete_item(bea.pk, first, now=LONG_AGO)
    for item in items(course):
        actions.complete_item(cem.pk, item)
    actions.withdraw(dora.pk)
    enrolled(course, "E", now=LONG_AGO)

    context = desk.get(url("progress_of", ada.run.course_id)).context

    assert {bar.label: bar.count for bar in context["funnel"]} == {
        "enrolled": 4,
        "began": 3,
        "half done": 1,
        "everything done": 1,
        "course completed": 1,
    }
    one, two = context["lessons"][:2]
    assert (one.done, one.begun, one.excused, one.open) == (2, 1, 0, 1)
    assert (one.stuck, one.stopped) == (1, 1)
    assert (two.item, two.done, two.stuck, two.stopped) == (second, 1, 0, 0)
    assert (context["never"], context["counts"]["withdrawn"]) == (1, 1)
    for lesson in context["lessons"]:
        assert sum(float(part["width"]) for part in lesson.parts) == pytest.approx(100, abs=0.1)
    stuck = desk.get(url("enrolments"), {"course": ada.run.course_id, "stuck": first, "idle": 14})
    assert listed(stuck) == ["A", "B"]


# --- Messages ---


def sending(enrolments, **more) -> dict:
    ids = ",".join(str(one.pk) for one in enrolments)
    words = {"subject": "Come back", "text": "We miss you.\n\nΚαλημέρα 😀"}
    return {"people": ids, "step": "send", "token": str(uuid4()), **words, **more}


def test_a_message_is_written_read_once_more_and_sent_once(desk, coordinator, course, jobs):
    ada, bea = enrolled(course, "Ada"), enrolled(course, "Bea")
    form = desk.post(url("write"), {"who": "all", "query": ""})
    assert "To 2 people" in text_of(form)
    data = sending([ada, bea])
    preview = desk.post(url("write"), data | {"step": "preview"})
    assert "We miss you." in text_of(preview)
    assert not CourseMessage.objects.exists()

    for _click in range(2):
        answer = desk.post(url("write"), data, follow=True)
        assert "on its way to 2 people" in text_of(answer)
    jobs.run()

    message = CourseMessage.objects.get()
    assert (message.by, message.recipients.count()) == (coordinator, 2)
    assert sorted(m.to[0] for m in mail.outbox) == sorted([ada.user.email, bea.user.email])
    assert {m.subject for m in mail.outbox} == {"Come back"}
    assert all("Καλημέρα 😀" in m.body for m in mail.outbox)
    assert {tuple(m.reply_to) for m in mail.outbox} == {("Urban Academy <academy@localhost>",)}
    act = DeskAct.objects.get()
    assert (act.kind, act.count, act.message) == ("message", 2, message)
    assert "Come back" in text_of(desk.get(url("activity")))
    assert "We miss you." in text_of(desk.get(url("message", message.pk)))


def test_the_preview_says_how_many_get_no_mail(desk, course):
    ada, bea = enrolled(course, "Ada"), enrolled(course, "Bea")
    MailTrouble.objects.create(user=bea.user, address=bea.user.email)
    data = sending([ada, bea], step="preview")
    assert "Our e-mails to 1 of them come back" in text_of(desk.post(url("write"), data))
    MailTrouble.objects.all().delete()
    assert "come back" not in text_of(desk.post(url("write"), data))


def test_a_forged_form_reaches_nobody_beyond_ones_programme(desk, course, other):
    mine, theirs = enrolled(course, "Ada"), enrolled(other, "Bea")
    desk.post(url("write"), sending([mine, theirs]))
    assert [r.enrolment for r in MessageRecipient.objects.all()] == [mine]
    assert set(Notice.objects.values_list("user", flat=True)) == {mine.user_id}
    answer = desk.post(url("write"), sending([theirs]), follow=True)
    assert "None of these people can get a message." in text_of(answer)


def test_whoever_left_closed_the_account_or_was_erased_gets_no_message(desk, course):
    left, closed, erased, there = (enrolled(course, name) for name in "ABCD")
    actions.withdraw(left.pk)
    type(closed.user).objects.filter(pk=closed.user_id).update(is_active=False)
    erase_person(erased.user_id)
    assert "3 rows that you chose are left out" in text_of(desk.post(url("write"), {"who": "all"}))
    desk.post(url("write"), sending([left, closed, erased, there]))
    assert [r.enrolment for r in MessageRecipient.objects.all()] == [there]


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "x" * 151},
        {"text": "x" * 5001},
        {"subject": " "},
        {"text": "a\0b"},
        {"text": ""},
    ],
)
def test_bad_words_are_said_and_nothing_typed_is_lost(desk, enrolment, bad):
    data = sending([enrolment], subject="Kept subject", text="Kept text") | bad
    response = desk.post(url("write"), data)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert ("Kept text" if "subject" in bad else "Kept subject") in text_of(response)
    assert not CourseMessage.objects.exists()


@pytest.mark.parametrize("people_", ["", "x", "1,2,x", "99999999999999999999", "-1"])
def test_nonsense_instead_of_people_sends_nothing(desk, enrolment, people_):
    response = desk.post(url("write"), sending([enrolment], people=people_), follow=True)
    assert response.status_code == 200
    assert not CourseMessage.objects.filter(recipients__enrolment__isnull=True).exists()
    assert MessageRecipient.objects.count() in (0, 1)


def test_erasing_the_only_recipient_takes_the_words_away(coordinator, reader, enrolment, course):
    both = [enrolment.pk, enrolled(course, "Bea").pk]
    only = {"by": coordinator, "subject": "Dear Ada", "text": "About you"}
    alone = actions.send_message([enrolment.pk], token=uuid4(), **only)
    shared = actions.send_message(both, token=uuid4(), **only)
    assert "About you" in str(export_person(reader))

    erase_person(reader.pk)

    alone.refresh_from_db()
    shared.refresh_from_db()
    assert (alone.text, shared.text) == ("", "About you")


# --- Excuses ---


def test_an_excused_lesson_need_not_be_done(desk, coordinator, reader, course, enrolment, jobs):
    first, *rest = items(course)
    page = url("enrolment", enrolment.pk)
    assert "Excuse from a lesson" in text_of(desk.get(page))
    data = {"item": first, "step": "excuse", "reason": "Teaches it herself"}
    done = desk.post(url("excuse", enrolment.pk), data, follow=True)
    assert "is excused from this lesson" in text_of(done)
    jobs.run()

    enrolment.summary.refresh_from_db()
    assert (enrolment.summary.required_total, enrolment.summary.percent) == (3, 0)
    assert [m.to for m in mail.outbox] == [[reader.email]]
    assert "Teaches it herself" in mail.outbox[0].body
    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    shown = text_of(desk.get(page))
    assert "excused: you need not do it" in shown
    assert shown.count("Teaches it herself") == 3
    for item in rest:
        actions.complete_item(enrolment.pk, item)
    enrolment.refresh_from_db()
    assert enrolment.is_completed
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_the_person_reads_why_they_are_excused_and_is_led_past_the_lesson(
    client, coordinator, reader, course, enrolment
):
    first = items(course)[0]
    actions.excuse(enrolment.pk, first, by=coordinator, reason="Long experience")
    client.force_login(reader, backend=people.BACKEND)
    why = text_of(client.get(reverse("courses:why", args=[course.translation_key])))
    assert "Long experience" in why
    assert str(coordinator) in why
    page = client.get(f"/en/courses/{course.slug}/")
    assert page.context["next"]["title"] == "Lesson 1.2"


def test_an_excuse_that_leaves_nothing_completes_the_course_at_once(
    coordinator, course, enrolment, jobs
):
    *most, last = items(course)
    for item in most:
        actions.complete_item(enrolment.pk, item)
    actions.excuse(enrolment.pk, last, by=coordinator, reason="Illness")

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.summary.percent) == ("completed", 100)
    jobs.run()
    assert Credential.objects.get().subject_id == enrolment.pk
    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    with pytest.raises(Refused, match="not on the way"):
        actions.unexcuse(enrolment.pk, last, by=coordinator, reason="Sorry")


def test_nobody_completes_a_course_by_excuses_alone(coordinator, course, enrolment):
    for item in items(course):
        actions.excuse(enrolment.pk, item, by=coordinator, reason="All of it")
    enrolment.refresh_from_db()
    enrolment.summary.refresh_from_db()
    assert (enrolment.state, enrolment.summary.percent) == ("active", 0)


@pytest.mark.parametrize("act", ["excuse", "unexcuse", "reset_attempts"])
def test_no_word_is_written_about_somebody_who_was_erased(coordinator, course, enrolment, act):
    erase_person(enrolment.user_id)
    with pytest.raises(Refused) as refused:
        getattr(actions, act)(enrolment.pk, items(course)[0], by=coordinator, reason="Is ill")
    assert refused.value.reason == "erased"
    written = [*DeskAct.objects.values_list("reason"), *ProgressEvent.objects.values("detail")]
    assert "ill" not in str(written)


def test_excusing_twice_is_one_excuse_and_it_can_be_taken_back_and_given_again(
    coordinator, course, enrolment
):
    item = items(course)[0]
    word = {"by": coordinator, "reason": "Because"}
    for act in (actions.excuse, actions.excuse, actions.unexcuse, actions.unexcuse, actions.excuse):
        act(enrolment.pk, item, **word)
    verbs = ProgressEvent.objects.filter(item=item).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["excused", "unexcused", "excused"]
    assert list(DeskAct.objects.order_by("pk").values_list("kind", flat=True)) == [
        *("excuse", "unexcuse", "excuse")
    ]
    ItemProgress.objects.filter(item=item).update(excused_at=None)
    assert actions.rebuild_progress(enrolment.pk)
    assert ItemProgress.objects.get(item=item).excused_at is not None
    assert actions.rebuild_progress(enrolment.pk) == []


def test_what_cannot_be_excused_is_refused_in_words(coordinator, course, other, enrolment):
    first, *rest = items(course)
    actions.complete_item(enrolment.pk, first)
    word = {"by": coordinator, "reason": "Because"}
    for item in (first, items(other)[0], 0, 99_999_999):
        with pytest.raises(Refused, match="nothing to excuse"):
            actions.excuse(enrolment.pk, item, **word)
    for reason in ("", " \0 ", "x" * 501):
        with pytest.raises(Refused):
            actions.excuse(enrolment.pk, rest[0], by=coordinator, reason=reason)
    actions.withdraw(enrolment.pk)
    with pytest.raises(Refused, match="not on the way"):
        actions.excuse(enrolment.pk, rest[0], **word)
    assert not DeskAct.objects.exists()


def test_an_excuse_outlives_a_material_outline(coordinator, course, enrolment):
    item = items(course)[0]
    actions.excuse(enrolment.pk, item, by=coordinator, reason="Because")
    make.lesson(make.lessons_of(course)[0].get_parent(), "Late")
    actions.publish_outline(course, kind="material", note="New law")
    actions.bring_up_to_date()
    summary = EnrolmentSummary.objects.get()
    assert summary.required_total == 4
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_erasing_somebody_takes_the_reasons_away_and_keeps_the_acts(
    coordinator, reader, course, enrolment
):
    actions.excuse(enrolment.pk, items(course)[0], by=coordinator, reason="Ada is ill")
    assert "Ada is ill" in str(export_person(reader))
    erase_person(reader.pk)
    (act,) = DeskAct.objects.all()
    assert (act.kind, act.reason, act.by) == ("excuse", "", coordinator)
    assert "ill" not in str(list(ProgressEvent.objects.values_list("detail", flat=True)))
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


@pytest.mark.parametrize("item", ["", "x", "0", "\0", "999999999999", "😀"])
def test_nonsense_instead_of_a_lesson_is_refused_in_words(desk, enrolment, item):
    data = {"item": item, "reason": "Ωμέγα", "step": "excuse"}
    answer = desk.post(url("excuse", enrolment.pk), data, follow=True)
    assert "There is nothing to excuse" in text_of(answer)


# --- The log ---


@pytest.mark.parametrize("acts", [1, 3])
def test_the_log_needs_the_same_queries_whatever_its_length(
    desk, coordinator, course, enrolment, acts, django_assert_num_queries
):
    for item in items(course)[:acts]:
        actions.excuse(enrolment.pk, item, by=coordinator, reason="Because")
    desk.get(url("activity"))
    with django_assert_num_queries(LOG):
        assert len(desk.get(url("activity")).context["object_list"]) == acts


def test_a_coordinator_reads_only_the_log_of_their_own_courses(
    client, desk, coordinator, course, other, enrolment
):
    theirs = programmes.coordinator(other)
    actions.excuse(enrolment.pk, items(course)[0], by=coordinator, reason="Because")
    assert "Because" in text_of(desk.get(url("activity")))
    client.force_login(theirs, backend=people.BACKEND)
    assert "Because" not in text_of(client.get(url("activity")))
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    assert "Because" in text_of(client.get(url("activity")))


# --- Attempts at quizzes ---


def test_a_coordinator_gives_new_attempts_at_a_quiz_with_a_reason(
    desk, coordinator, reader, course
):
    quiz = make.quiz(make.lessons_of(course)[0].get_parent(), attempts_allowed=1)
    actions.publish_outline(course)
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    item = Enrolment.objects.get().manifest.items.get(item__key=quiz.translation_key).item_id
    actions.submit_attempt(actions.start_attempt(enrolment.pk, item).pk)
    assert "New attempts at a quiz" in text_of(desk.get(url("enrolment", enrolment.pk)))

    data = {"item": item, "reason": "Power cut"}
    reset = url("reset", enrolment.pk)
    assert "Say why" in text_of(desk.post(reset, data | {"reason": " "}, follow=True))
    assert "has all attempts" in text_of(desk.post(reset, data, follow=True))
    assert "nothing to reset" in text_of(desk.post(reset, data, follow=True))

    assert actions.start_attempt(enrolment.pk, item).number == 2
    act = DeskAct.objects.get()
    assert (act.kind, act.by, act.reason) == ("reset", coordinator, "Power cut")
