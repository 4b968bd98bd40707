"""The mentoring desk: who may open what, lists and filters, files, and what each screen says."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from mentoring import actions
from mentoring.models import Application, Call, CallAct, Match, MatchRun, PairRule, Programme
from mentoring.states import ApplicationState, CallState, RunState, Side
from participants.actions import erase_person
from participants.states import Role
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
CALLS, CALL, LIST, RUNS, RESULT, PAIRS, MATCHES, ONE = 14, 16, 14, 13, 27, 15, 13, 16
FILE = {"csv": 10, "xlsx": 10}


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def call():
    return make.call(state=CallState.MATCHING)


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


@pytest.fixture
def colleague(call):
    return make.coordinator(call.programme, "colleague@example.org")


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator, backend=people.BACKEND)
    return client


@pytest.fixture
def stranger(call):
    """Coordinates another programme."""
    return make.coordinator(make.programme("Cities"), "stranger@example.org")


def url(name, *args) -> str:
    return reverse(f"mentoring_{name}", args=args)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def solved(call, by, jobs) -> MatchRun:
    run = actions.ask_for_run(call.pk, by=by)
    jobs.run()
    run.refresh_from_db()
    return run


def named(call, name, side=Side.MENTEE, **fields) -> Application:
    number = Application.objects.count()
    person = people.person(f"{side}-{number}@example.org", name)
    return make.application(call, side, person=person, **fields)


def listed(response) -> list[str]:
    return sorted(str(one.person) for one in response.context["object_list"])


# --- Who may open what ---

OF_CALL = ["call", "settings", "move", "applications", "applications_results", "decide_many"]
OF_CALL += ["export", "pairs", "pair_decide", "pair_lift", "runs", "run_ask", "matches"]
OF_CALL += ["match_rescind"]
OF_APPLICATION = ["application", "ask", "decide", "conflict"]
OF_RUN = ["run", "run_progress", "run_review", "run_publish"]
NOT_THEIRS = ("login", "out", "home", 404, 200, "home", 200)
ANSWERS = {
    # address: visitor, participant, author, other coordinator, own, officer, administrator
    "calls": ("login", "out", "home", 200, 200, "home", 200),
    "programme": ("login", "out", "home", "home", "home", "home", 200),
    **dict.fromkeys([*OF_CALL, *OF_APPLICATION, *OF_RUN], NOT_THEIRS),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_who_may_open_what(client, call, coordinator, stranger, jobs, name):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    run = solved(call, coordinator, jobs)
    argument = {
        "calls": [],
        "programme": [call.programme_id],
        **{each: [one.pk] for each in OF_APPLICATION},
        **{each: [run.pk] for each in OF_RUN},
    }
    address = url(name, *argument.get(name, [call.pk]))
    ladder = [
        None,
        one.person,
        people.staff(Role.AUTHOR),
        stranger,
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


def test_a_coordinator_of_another_programme_changes_nothing(
    client, call, coordinator, stranger, jobs
):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    run = solved(call, coordinator, jobs)
    client.force_login(stranger, backend=people.BACKEND)
    data = {
        "to": "cancelled",
        "reason": "Mine",
        "question": "Mine?",
        "who": "all",
        "decision": "locked",
        "mentee": mentee.pk,
        "mentor": mentor.pk,
        "step": "decide",
    }
    before = list(CallAct.objects.values_list("pk", flat=True))
    for name in OF_CALL:
        assert client.post(url(name, call.pk), data, follow=True).status_code == 404
    for name in OF_APPLICATION:
        data["to"] = "ineligible"
        assert client.post(url(name, mentee.pk), data, follow=True).status_code == 404
    for name in OF_RUN:
        assert client.post(url(name, run.pk), data, follow=True).status_code == 404
    assert list(CallAct.objects.values_list("pk", flat=True)) == before
    assert not PairRule.objects.exists()


def test_a_choice_from_the_list_never_reaches_into_another_call(desk, call):
    other = make.application(make.call("Elsewhere", of=make.programme("Cities")))
    data = {"id": other.pk, "to": "ineligible", "reason": "No", "step": "decide"}
    assert "Tick somebody" in text_of(desk.post(url("decide_many", call.pk), data, follow=True))
    other.refresh_from_db()
    assert other.state == ApplicationState.ELIGIBLE


def test_drafts_are_counted_and_never_read(desk, call):
    draft = named(call, "Dora", state=ApplicationState.DRAFT, submitted_at=None)
    assert listed(desk.get(url("applications", call.pk))) == []
    assert desk.get(url("application", draft.pk), follow=True).status_code == 404


def test_a_coordinator_without_a_programme_reads_why_the_desk_is_empty(client):
    client.force_login(people.staff(Role.COORDINATOR), backend=people.BACKEND)
    assert "no programme with mentoring yet" in text_of(client.get(url("calls")))


# --- Lists ask the same of the database whatever their length ---


@pytest.fixture
def many(call, coordinator, jobs, request):
    """So many pairs, people without one, decisions, matchings and calls."""
    for number in range(request.param):
        make.application(call)
        make.application(call, Side.MENTOR)
        alone = make.application(call, languages={"el": 6})
        alone.conflicts.create(words="Somebody")
        mentor = make.application(call, Side.MENTOR, languages={"fr": 6})
        rule = actions.forbid_pair(call.pk, alone.pk, mentor.pk, by=coordinator, reason="So")
        actions.lift(rule.pk, by=coordinator)
        actions.forbid_pair(call.pk, alone.pk, mentor.pk, by=coordinator, reason="So")
        make.call(f"Another {number}", of=call.programme)
    for _ in range(request.param + 1):
        solved(call, coordinator, jobs)
    for _ in range(request.param):
        pair = [make.application(call, side) for side in (Side.MENTEE, Side.MENTOR)]
        actions.offer(call.pk, [actions.Pair(pair[0].pk, pair[1].pk)])
    return request.param


@pytest.mark.parametrize("many", [1, 3], indirect=True)
def test_every_screen_needs_the_same_queries_whatever_people_pairs_and_runs(desk, call, many):
    run = call.runs.get(number=2)
    asked = {
        url("calls"): CALLS,
        url("call", call.pk): CALL,
        url("applications", call.pk): LIST,
        url("runs", call.pk): RUNS,
        url("run", run.pk): RESULT,
        url("pairs", call.pk): PAIRS,
        url("matches", call.pk): MATCHES,
        url("application", call.applications.filter(languages={"el": 6})[0].pk): ONE,
    }
    desk.get(url("calls"))
    found = {}
    for address in asked:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        found[address] = len(queries)
    assert found == asked


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("number", [1, 3])
def test_a_file_needs_the_same_queries_whatever_its_length(
    desk, call, kind, number, django_assert_num_queries
):
    for _ in range(number):
        make.application(call)
    desk.get(url("calls"))
    with django_assert_num_queries(FILE[kind]):
        data = {"who": "all", "format": kind}
        b"".join(desk.post(url("export", call.pk), data).streaming_content)


# --- The list of applications ---


def test_filters_narrow_the_list(desk, call):
    topic = make.topic("Health")
    ada = named(call, "Ada", country="GR", languages={"el": 6}, topics=[topic])
    ada.conflicts.create(words="Bea from next door")
    named(call, "Bea", Side.MENTOR, degree_of_urbanisation=1, level_of_government="regional")
    named(call, "Cem", state=ApplicationState.NEEDS_INFO, question="Why?")
    named(call, "Dora", state=ApplicationState.SUBMITTED, question="Why?", answer="So.")

    def found(**query):
        response = desk.get(url("applications", call.pk), query)
        filters = response.context["filters"]
        assert filters.is_valid(), filters.errors
        return listed(response)

    assert found() == ["Ada", "Bea", "Cem", "Dora"]
    assert found(side="mentor") == ["Bea"]
    assert found(state="submitted") == ["Dora"]
    assert found(country="GR") == ["Ada"]
    assert found(level_of_government="regional") == ["Bea"]
    assert found(degree_of_urbanisation="1") == ["Bea"]
    assert found(topics=topic.pk) == ["Ada"]
    assert found(language="el") == ["Ada"]
    assert found(question="open") == ["Cem"]
    assert found(question="answered") == ["Dora"]
    assert found(conflicts="any") == found(conflicts="open") == ["Ada"]
    assert found(q="be") == ["Bea"]
    assert found(q="mentee-", state="eligible") == ["Ada"]


@pytest.mark.parametrize("ordering", ["person__name", "-submitted_at", "degree_of_urbanisation"])
def test_the_list_is_sorted_and_what_is_empty_comes_last(desk, call, ordering):
    named(call, "Ada", degree_of_urbanisation=2, submitted_at=timezone.now())
    gone = named(call, "Bea", degree_of_urbanisation=None)
    Application.objects.filter(pk=gone.pk).update(
        submitted_at=timezone.now() - timezone.timedelta(9)
    )
    response = desk.get(url("applications", call.pk), {"ordering": ordering})
    assert [str(one.person) for one in response.context["object_list"]] == ["Ada", "Bea"]


@pytest.mark.parametrize(
    "query",
    [
        *("?side=x", "?state=draft", "?q=%00", "?p=x", "?p=99", "?topics=99999999999999999999"),
        *("?language=%00", "?conflicts=x", "?ordering=pk", "?country=😀", "?who=%00", "?u=x"),
        *("?mentee=x&mentor=-1", "?mentee=99999999999999&mentor=1", "?sort=x"),
    ],
)
def test_nonsense_in_an_address_breaks_nothing(desk, call, coordinator, jobs, query):
    one = make.application(call)
    one.conflicts.create(words="Somebody from elsewhere")
    run = solved(call, coordinator, jobs)
    for address in (
        *(url("applications", call.pk), url("application", one.pk), url("run", run.pk)),
        *(url("runs", call.pk), url("pairs", call.pk)),
    ):
        assert desk.get(address + query).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        *({}, {"to": "x"}, {"to": "cancelled"}, {"decision": "locked"}, {"rule": "x"}),
        {"decision": "locked", "mentee": "x", "mentor": "\0", "reason": "\0"},
        {"to": "ineligible", "reason": "\0"},
        {"conflict": "9" * 30, "other": "-1", "question": "x" * 2000},
        {"who": "all", "query": "state=nonsense", "to": "ineligible", "step": "decide"},
        {"id": ["x", "99999999999999999999"], "to": "ineligible"},
    ],
)
def test_nonsense_in_a_form_changes_nothing(desk, call, coordinator, jobs, data):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    run = solved(call, coordinator, jobs)
    acts = CallAct.objects.count()
    for name in ("move", "decide_many", "export", "pair_decide", "pair_lift", "settings"):
        assert desk.post(url(name, call.pk), data).status_code in (200, 302, 422)
    for name in OF_APPLICATION[1:]:
        assert desk.post(url(name, one.pk), data).status_code in (200, 302, 404, 422)
    assert desk.get(url("run", run.pk)).status_code == 200
    one.refresh_from_db(), call.refresh_from_db()
    assert (one.state, call.state) == (ApplicationState.SUBMITTED, CallState.MATCHING)
    assert CallAct.objects.count() == acts


def test_many_are_decided_at_once_and_one_that_is_refused_keeps_no_other(desk, call):
    ada = named(call, "Ada", state=ApplicationState.SUBMITTED)
    mentee, mentor = named(call, "Bea"), named(call, "Cem", Side.MENTOR)
    actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    data = {"who": "all", "query": "", "to": "ineligible"}

    asked = desk.post(url("decide_many", call.pk), data)
    assert "Do not accept 3 applications" in text_of(asked)
    ids = {"id": [row.pk for row in asked.context["rows"]], "to": "ineligible", "step": "decide"}
    assert desk.post(url("decide_many", call.pk), ids).status_code == 422
    said = text_of(desk.post(url("decide_many", call.pk), ids | {"reason": "Late"}, follow=True))

    assert "1 application is decided." in said
    assert "Bea: This person holds an offer" in said
    ada.refresh_from_db(), mentee.refresh_from_db()
    assert (ada.state, ada.reason, mentee.state) == ("ineligible", "Late", "matched")


# --- Files ---


def lines_of(response, kind) -> list[list]:
    content = b"".join(response.streaming_content)
    if kind == "xlsx":
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_the_filters_find_is_exported_and_written_down_without_names(desk, call, kind):
    named(call, "=HYPERLINK(1)", country="GR")
    named(call, "Bea")
    named(make.call("Elsewhere", of=make.programme("Cities")), "Not mine", country="GR")
    data = {"who": "all", "query": "country=GR&q=example.org", "format": kind}
    lines = lines_of(desk.post(url("export", call.pk), data), kind)
    assert [line[0] for line in lines] == ["Name", "'=HYPERLINK(1)"]
    act = CallAct.objects.get()
    assert (act.kind, act.count) == ("export", 1)
    assert act.detail == {
        "format": kind,
        "more": [],
        "chosen": "all",
        "filters": {"country": "GR"},
        "typed": ["q"],
    }


def test_the_file_holds_addresses_and_words_only_when_asked_and_conflicts_never(desk, call):
    one = named(call, "Ada")
    one.conflicts.create(words="Bea from next door")
    plain = lines_of(desk.post(url("export", call.pk), {"who": "all"}), "csv")
    assert not {"E-mail address", "Challenge", "Objective"} & set(plain[0])
    data = {"id": one.pk, "more": ["mail", "words", "conflicts"]}
    (heads, line) = lines_of(desk.post(url("export", call.pk), data), "csv")
    row = dict(zip(heads, line, strict=True))
    assert row["E-mail address"] == one.person.email
    assert row["Challenge"] == one.challenge
    assert "next door" not in str(plain) + str(line)
    assert CallAct.objects.first().detail["more"] == ["mail", "words"]


# --- One application ---


def test_a_question_is_asked_and_words_that_are_refused_stand_in_their_field_again(desk, call):
    one = named(call, "Ada", state=ApplicationState.SUBMITTED)
    long = "y" * 2000
    response = desk.post(url("ask", one.pk), {"question": long})
    assert response.status_code == 422
    assert long in text_of(response)
    said = text_of(desk.post(url("ask", one.pk), {"question": "Which town?"}, follow=True))
    assert "The question is asked." in said
    assert "Which town?" in said


def test_a_conflict_in_words_offers_those_who_may_be_meant(desk, call):
    one, bea = named(call, "Ada"), named(call, "Bea Brandt", Side.MENTOR)
    named(call, "Cem", Side.MENTOR)
    conflict = one.conflicts.create(words="My cousin Brandt")
    (found,) = desk.get(url("application", one.pk)).context["conflicts"]
    assert found["others"] == [bea]
    desk.post(url("conflict", one.pk), {"conflict": conflict.pk, "other": bea.pk})
    conflict.refresh_from_db()
    assert conflict.other == bea
    assert "Bea Brandt" in text_of(desk.get(url("application", one.pk)))


def test_an_erased_applicant_is_a_row_without_a_name_and_nothing_can_be_done(desk, call):
    one = named(call, "Ada")
    erase_person(one.person_id)
    assert "erased person" in text_of(desk.get(url("application", one.pk)))
    assert not desk.get(url("application", one.pk)).context["may_change"]
    assert "erased person" in text_of(desk.get(url("applications", call.pk)))


# --- Settings and states ---


def settings_form(desk, call) -> dict:
    form = desk.get(url("settings", call.pk)).context["form"]
    return {name: form[name].value() for name in form.fields} | {
        name: form[name].field.widget.format_value(form[name].value())
        for name in ("opens_at", "closes_at", "period_from", "period_until")
    }


def test_dates_are_typed_and_shown_in_brussels_time_wherever_the_coordinator_is(
    desk, coordinator, call
):
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=coordinator, current_time_zone="Pacific/Kiritimati")
    data = settings_form(desk, call) | {"opens_at": "2026-07-01T09:30", "weight_topics": 55}
    assert desk.post(url("settings", call.pk), data).status_code == 302
    call.refresh_from_db()
    assert call.opens_at.isoformat() == "2026-07-01T07:30:00+00:00"
    assert call.weights["topics"] == 55
    assert settings_form(desk, call)["opens_at"] == "2026-07-01T09:30"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"closes_at": "2001-01-01T00:00"}, {"weight_topics": 1001}, {"floor": -1}),
        *({"opens_at": "2027-03-28T02:30"}, {"countries": ["XX"]}, {"language_level": 9}),
        *({"period_until": "2001-01-01"}, {"days_to_answer": ""}, {"seen": ""}, {"opens_at": ""}),
        {f"weight_{name}": 0 for name in actions.calls.Call().weights},
    ],
)
def test_settings_that_make_no_sense_are_refused_beside_their_field(desk, call, wrong):
    data = settings_form(desk, call) | wrong
    response = desk.post(url("settings", call.pk), data)
    assert response.status_code == 422
    assert "error-message" in text_of(response) or "messages" in text_of(response)
    assert not CallAct.objects.exists()


def test_two_who_change_the_settings_at_once_notice_each_other(desk, call):
    first, second = (settings_form(desk, call) | {"floor": n} for n in (10, 20))
    desk.post(url("settings", call.pk), first)
    response = desk.post(url("settings", call.pk), second)
    assert response.status_code == 422
    assert "Somebody else changed the settings meanwhile" in text_of(response)
    call.refresh_from_db()
    assert call.floor == 10


def test_administrators_alone_say_whether_a_second_person_publishes(client, call):
    client.force_login(people.staff(Role.ADMINISTRATOR), backend=people.BACKEND)
    client.post(url("programme", call.programme_id), {"pairs": "people"})
    assert not Programme.objects.get(pk=call.programme_id).second_person


STEPS = {
    "draft": ({"state": "draft", "opens_at": None}, "Set the dates"),
    "dated": ({"state": "draft"}, "open the call"),
    "open": ({"state": "open"}, "People can apply."),
    "over": ({"state": "open", "closes_at": timezone.now()}, "Nobody can apply any more"),
    "matching": ({"state": "matching"}, "Ask for a matching"),
    "closing": ({"state": "closing"}, "close the call"),
    "cancelled": ({"state": "cancelled"}, "this call is over"),
}


@pytest.mark.parametrize("name", STEPS)
def test_the_overview_says_what_comes_next(desk, call, name):
    make.application(call)
    values, words = STEPS[name]
    Call.objects.filter(pk=call.pk).update(**values)
    assert words in text_of(desk.get(url("call", call.pk)))


def test_a_refused_move_says_why(desk, call):
    said = text_of(desk.post(url("move", call.pk), {"to": "running"}, follow=True))
    assert "Publish a matching first." in said
    said = text_of(desk.post(url("move", call.pk), {"to": "open"}, follow=True))
    assert "The call is now in this state: open." in said


# --- Matchings ---


def test_a_run_under_way_shows_how_far_it_is_and_then_the_result(desk, call, jobs):
    make.application(call), make.application(call, Side.MENTOR)
    response = desk.post(url("run_ask", call.pk), follow=True)
    run = MatchRun.objects.get()
    assert 'hx-trigger="every 2s"' in text_of(response)
    assert "It waits for its turn." in text_of(response)
    MatchRun.objects.update(stage="proving")
    assert "Step 3 of 5" in text_of(desk.get(url("run_progress", run.pk)))
    jobs.run()
    assert desk.get(url("run_progress", run.pk))["HX-Redirect"] == url("run", run.pk)
    assert "no other choice of as many pairs" in text_of(desk.get(url("run", run.pk)))


def test_the_result_says_what_each_pair_is_worth_and_what_kept_the_others_away(
    desk, call, coordinator, jobs
):
    named(call, "Ada"), named(call, "Bea", languages={"el": 6}), named(call, "Cem", Side.MENTOR)
    run = solved(call, coordinator, jobs)
    said = text_of(desk.get(url("run", run.pk)))
    for words in (
        *("Ada", "Cem", "Topics", "no language in common at the level needed"),
        *("has none in common, needs B2", "another language, or a higher level"),
        *("No other mentor was possible.", "You asked for this one, so a colleague publishes it."),
        *("With a floor of", "The bound is"),
    ):
        assert words in said


def test_what_changed_since_the_last_run_is_listed(desk, call, coordinator, jobs):
    ada, mentor = named(call, "Ada"), named(call, "Cem", Side.MENTOR)
    named(call, "Dora", Side.MENTOR)
    solved(call, coordinator, jobs)
    first = call.runs.get().proposals.get().mentor
    actions.forbid_pair(call.pk, ada.pk, first.pk, by=coordinator, reason="Because")
    Call.objects.filter(pk=call.pk).update(weights=call.weights | {"topics": 60})
    call.refresh_from_db()
    run = solved(call, coordinator, jobs)
    context = desk.get(url("run", run.pk)).context
    assert [(one["old"], one["new"]) for one in context["settings"]] == [(40, 60)]
    assert [(group["title"], group["count"]) for group in context["changes"]] == [
        ("New pairs", 1),
        ("Pairs that are gone", 1),
    ]
    assert mentor


def test_a_result_that_is_out_of_date_says_so_and_is_not_published(
    client, call, coordinator, colleague, jobs
):
    ada = named(call, "Ada")
    named(call, "Cem", Side.MENTOR)
    run = solved(call, coordinator, jobs)
    client.force_login(colleague, backend=people.BACKEND)
    assert "Publish and send the offers" in text_of(client.get(url("run", run.pk)))
    ada.conflicts.create(organisation=ada.organisation)
    said = text_of(client.get(url("run", run.pk)))
    assert "Out of date" in said
    assert "Publish and send the offers" not in said
    said = text_of(client.post(url("run_publish", run.pk), follow=True))
    assert "Something changed since this matching" in said
    assert not Match.objects.exists()


def test_a_colleague_reviews_and_publishes(client, call, coordinator, colleague, jobs):
    named(call, "Ada"), named(call, "Cem", Side.MENTOR)
    run = solved(call, coordinator, jobs)
    client.force_login(colleague, backend=people.BACKEND)
    client.post(url("run_review", run.pk))
    said = text_of(client.post(url("run_publish", run.pk), follow=True))
    assert "The matching is published" in said
    run.refresh_from_db()
    assert (run.state, run.reviewed_by, run.published_by) == (
        *(RunState.PUBLISHED, colleague, colleague),
    )
    assert Match.objects.count() == 1


def test_a_failed_run_names_the_pair_and_what_to_do(desk, call, coordinator, jobs):
    ada, cem = named(call, "Ada"), named(call, "Cem", Side.MENTOR)
    actions.lock_pair(call.pk, ada.pk, cem.pk, by=coordinator, reason="Because")
    Application.objects.filter(pk=cem.pk).update(languages={"el": 6})
    run = solved(call, coordinator, jobs)
    said = text_of(desk.get(url("run", run.pk)))
    assert "A locked pair cannot be made: no language in common" in said
    assert "Ada" in said
    assert "Cem" in said


def test_a_pair_is_locked_by_hand_and_the_lock_is_lifted(desk, call):
    ada, cem = named(call, "Ada"), named(call, "Cem", Side.MENTOR)
    pair = {"mentee": ada.pk, "mentor": cem.pk, "decision": "locked"}
    assert "Lock or forbid this pair" in text_of(desk.get(url("pairs", call.pk), pair))
    assert "Pair two people by hand" in text_of(desk.get(url("pairs", call.pk)))
    assert desk.post(url("pair_decide", call.pk), pair).status_code == 422
    said = text_of(
        desk.post(url("pair_decide", call.pk), pair | {"reason": "Same law"}, follow=True)
    )
    assert "The pair is locked." in said
    assert "Same law" in said
    rule = PairRule.objects.get()
    said = text_of(desk.post(url("pair_lift", call.pk), {"rule": rule.pk}, follow=True))
    assert "The decision is lifted." in said


def test_large_results_come_in_pages(desk, call, coordinator, jobs, monkeypatch):
    monkeypatch.setattr("mentoring.desk.runs.PAGE", 2)
    for _ in range(5):
        make.application(call), make.application(call, Side.MENTOR)
        make.application(call, languages={"el": 6})
    run = solved(call, coordinator, jobs)
    response = desk.get(url("run", run.pk), {"p": 3, "u": 2, "sort": "worst"})
    assert [len(response.context["rows"]), len(response.context["left"])] == [1, 2]
    assert "Page 3 of 3" in text_of(response)


def test_an_offer_is_taken_back_with_a_reason_and_reasons_for_declining_are_read(desk, call):
    ada, cem = named(call, "Ada"), named(call, "Cem", Side.MENTOR)
    dora, max_ = named(call, "Dora"), named(call, "Max", Side.MENTOR)
    pairs = [actions.Pair(ada.pk, cem.pk), actions.Pair(dora.pk, max_.pk)]
    declined, offered = actions.offer(call.pk, pairs)
    actions.decline(declined.pk, ada.person_id, reason="I change my office")
    assert "I change my office" in text_of(desk.get(url("matches", call.pk)))
    assert "I change" not in text_of(desk.get(url("matches", call.pk), {"state": "offered"}))
    data = {"match": offered.pk}
    said = text_of(desk.post(url("match_rescind", call.pk), data, follow=True))
    assert "Write some words first" in said
    data["reason"] = "Wrong town"
    desk.post(url("match_rescind", call.pk), data)
    offered.refresh_from_db()
    assert offered.state == "rescinded"
    assert offered.changes.last().reason == "Wrong town"


def test_an_offer_of_another_call_is_not_taken_back(desk, call):
    other = make.call("Elsewhere", of=make.programme("Cities"))
    pair = named(other, "Ada"), named(other, "Cem", Side.MENTOR)
    (match,) = actions.offer(other.pk, [actions.Pair(pair[0].pk, pair[1].pk)])
    desk.post(url("match_rescind", call.pk), {"match": match.pk, "reason": "Mine"})
    match.refresh_from_db()
    assert match.state == "offered"


def test_a_result_is_still_read_after_somebody_without_a_pair_was_erased(
    desk, call, coordinator, jobs
):
    bea = named(call, "Bea", languages={"el": 6})
    named(call, "Cem", Side.MENTOR)
    run = solved(call, coordinator, jobs)
    erase_person(bea.person_id)
    assert run.unplaced.get(application=bea).confidential == {}
    assert "erased person" in text_of(desk.get(url("run", run.pk)))
