"""Applying on the site: who may, what is kept, what a form says to broken input."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentoring import actions
from mentoring.models import Application, Call, CallPage
from mentoring.states import ApplicationState, CallState, Side, Step
from participants.owners import signed_owner
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
PLACE = {
    "organisation": "Town of Testing",
    "country": "BE",
    "role": "elected-member",
    "level_of_government": "local",
    "degree_of_urbanisation": "3",
    "size_band": "0",
    "experience_band": "0",
}


def at(name, *args):
    return reverse(f"mentoring:{name}", args=args)


def step_of(draft, step):
    return at("step", draft.pk, step)


def save(client, draft, step, *, version=99, json=False, **data):
    headers = {"Accept": "application/json"} if json else {}
    sent = {"version": version, "go": "on", **data}
    return client.post(step_of(draft, step), sent, headers=headers)


def written(draft):
    draft.refresh_from_db()
    return draft.written()


# --- Who may ---

ADDRESSES = ["application", "withdraw", "hand_in", "discard", "answer"]


@pytest.mark.parametrize("name", [*ADDRESSES, *Step.values])
def test_only_the_applicant_has_their_application(client, draft, name):
    address = step_of(draft, name) if name in Step.values else at(name, draft.pk)
    of = draft.call.programme
    ladder = {
        "visitor": None,
        "another participant": people.person("eve@example.org"),
        "another applicant": make.application(draft.call).person,
        "a coordinator of this programme": make.coordinator(of),
        "a coordinator of another one": make.coordinator(
            make.programme("Other"), "other@example.org"
        ),
        "the administrator": people.administrator("root@example.org"),
    }
    for who, user in ladder.items():
        visitor = Client()
        if user is not None:
            visitor.force_login(user, backend=people.BACKEND)
        for send in (visitor.get, visitor.post):
            answer = send(address)
            if user is None:
                assert answer.status_code == 302, who
                assert answer.url.startswith(reverse("account_login")), who
            else:
                refused = (404, 405)
                assert answer.status_code in refused, who
    draft.refresh_from_db()
    assert (draft.state, draft.version) == (ApplicationState.DRAFT, 0)


def test_to_begin_one_needs_an_account_and_a_profile(client, call):
    address = at("apply", call.key, Side.MENTEE)
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(people.person("new@example.org"), backend=people.BACKEND)
    assert client.get(address).url.startswith(reverse("participants:profile"))


def test_one_begins_by_a_button_and_comes_back_to_the_same(as_ada, call):
    address = at("apply", call.key, Side.MENTOR)
    assert make.page_of(call).title in as_ada.get(address).content.decode()
    assert not Application.objects.exists()
    first = as_ada.post(address)
    draft = Application.objects.get()
    assert first.url == step_of(draft, "conditions")
    assert as_ada.post(address).url == at("application", draft.pk)


@pytest.mark.parametrize("side", ["both", "Mentee", "x" * 300])
def test_there_are_two_sides(as_ada, call, side):
    assert as_ada.get(at("apply", call.key, side)).status_code == 404


def test_nobody_begins_in_a_call_that_is_closed_or_off_the_site(as_ada, call):
    address = at("apply", call.key, Side.MENTEE)
    Call.objects.update(closes_at=timezone.now())
    assert as_ada.post(address).status_code == 302
    Call.objects.update(closes_at=timezone.now() + timedelta(days=1))
    CallPage.objects.get().unpublish()
    assert as_ada.post(address).status_code == 404
    assert not Application.objects.exists()


@pytest.mark.parametrize("step", ["x", "Place", "nothing-here"])
def test_an_unknown_step_does_not_exist(as_ada, draft, step):
    assert as_ada.get(step_of(draft, step)).status_code == 404


# --- Steps ---


@pytest.mark.parametrize("side", Side.values)
def test_every_step_is_saved_and_leads_on_until_it_is_handed_in(as_ada, ada, call, side):
    draft = actions.begin(ada.pk, call.pk, side)
    key = make.page_of(call).conditions[0].id
    topic = make.topic().pk
    filled = {
        "conditions": {"conditions": [key], "privacy": "on"},
        "place": PLACE,
        "topics": {"topics": [topic], "challenge": "Σχολείο 🎒", "objective": "Plan.",
                   "experience": "Years.", "capacity": "2"},
        "time": {"language_1": "el", "level_1": "6", "language_2": "en", "level_2": "4",
                 "half_days": ["mon-am", "sat-eve"], "available_from": "2027-01-01",
                 "available_until": "2027-09-30"},
    }  # fmt: skip
    order = [*Step.values]
    for step, data in filled.items():
        shown = as_ada.get(step_of(draft, step))
        assert shown.status_code == 200
        answer = save(as_ada, draft, step, **data)
        assert answer.url == step_of(draft, order[order.index(step) + 1]), step
    assert as_ada.get(step_of(draft, "apart")).status_code == 200
    check = as_ada.get(step_of(draft, "check"))
    assert check.context["missing"] == []
    assert "Greek (C2), English (B2)" in check.content.decode()

    as_ada.post(at("hand_in", draft.pk))

    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert draft.languages == {"el": 6, "en": 4}
    if side == Side.MENTEE:
        assert (draft.challenge, draft.experience) == ("Σχολείο 🎒", "")
    else:
        assert (draft.experience, draft.capacity) == ("Years.", 2)


def test_what_is_missing_is_named_with_a_link_to_its_step(as_ada, draft):
    shown = as_ada.get(step_of(draft, "check"))
    urls = {one["label"]: one["url"] for one in shown.context["missing"]}
    assert urls["Your challenge"] == f"{step_of(draft, 'topics')}#id_challenge"
    assert "Hand in my application" not in shown.content.decode()
    refused = as_ada.post(at("hand_in", draft.pk))
    assert refused.url == step_of(draft, "check")
    for one in shown.context["missing"]:
        address, field = one["url"].split("#")
        assert f'id="{field}"' in as_ada.get(address).content.decode(), field


def test_back_saves_as_well(as_ada, draft):
    answer = save(as_ada, draft, "topics", challenge="Half a sen", go="back")
    assert answer.url == step_of(draft, "place")
    assert written(draft)["challenge"] == "Half a sen"


def test_an_empty_step_is_no_mistake(as_ada, draft):
    for step in ("conditions", "place", "topics", "time"):
        assert save(as_ada, draft, step).status_code == 302, step


BROKEN = {
    "conditions": [{"conditions": ["nothing"]}],
    "place": [
        {"country": "XX"},
        {"role": "king"},
        {"degree_of_urbanisation": "9"},
        {"size_band": "x"},
        {"experience_band": "-1"},
        {"organisation": "x" * 201},
        {"organisation": "\0"},
    ],
    "topics": [
        {"topics": ["999999"]},
        {"topics": ["x"]},
        {"challenge": "x" * 1501},
        {"objective": "x" * 1001},
        {"challenge": "\0"},
    ],
    "time": [
        {"language_1": "xx", "level_1": "3"},
        {"language_1": "en"},
        {"level_1": "3"},
        {"language_1": "en", "level_1": "7"},
        {"language_1": "en", "level_1": "3", "language_2": "en", "level_2": "4"},
        {"half_days": ["sun-am"]},
        {"available_from": "yesterday"},
        {"available_from": "2027-09-01", "available_until": "2027-01-01"},
    ],
}


@pytest.mark.parametrize(
    ("step", "data"), [(step, data) for step, many in BROKEN.items() for data in many]
)
def test_broken_input_is_said_and_the_rest_is_kept(as_ada, draft, step, data):
    more = {"conditions": {"privacy": "on"}, "place": {"country": "BE"}, "time": {}}
    more["topics"] = {"challenge": "Kept."} if "challenge" not in data else {"objective": "Kept."}
    answer = save(as_ada, draft, step, **{**more[step], **data})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    said = written(draft)
    if "country" not in data:
        assert said["country"] == "BE"
    if step == "topics":
        assert "Kept." in (said["challenge"], said["objective"])


def test_six_topics_are_too_many_and_the_call_bounds_the_mentees(as_ada, ada, call):
    draft = actions.begin(ada.pk, call.pk, Side.MENTOR)
    topics = [make.topic(f"Topic {n}").pk for n in range(6)]
    assert save(as_ada, draft, "topics", topics=topics).status_code == 422
    assert save(as_ada, draft, "topics", capacity="4").status_code == 422
    assert save(as_ada, draft, "topics", topics=topics[:5], capacity="3").status_code == 302


def test_only_the_countries_of_the_call_can_be_chosen(as_ada, draft):
    Call.objects.update(countries=["GR"])
    assert save(as_ada, draft, "place", country="BE").status_code == 422
    assert save(as_ada, draft, "place", country="GR").status_code == 302


def test_a_step_asks_for_nothing_that_must_never_be_asked(as_ada, draft):
    never = re.compile(r"birth|nationalit|citizen|party|religio|gender|passport", re.I)
    for step in Step.values:
        text = as_ada.get(step_of(draft, step)).content.decode()
        names = re.findall(r'name="([^"]+)"', text)
        assert not [name for name in names if never.search(name)], step


def test_free_text_carries_its_warning(as_ada, draft):
    text = as_ada.get(step_of(draft, "topics")).content.decode()
    assert text.count("Please do not name other people") == 2


# --- A draft that saves itself ---


def test_a_script_saves_and_hears_when(as_ada, draft):
    answer = save(as_ada, draft, "topics", json=True, version=0, challenge="Typing")
    told = answer.json()
    assert (answer.status_code, told["version"], told["right"]) == (200, 1, True)
    assert re.fullmatch(r"Saved at \d\d:\d\d", told["words"])
    assert written(draft)["challenge"] == "Typing"


def test_a_script_is_told_which_answer_was_not_kept(as_ada, draft):
    told = save(as_ada, draft, "topics", json=True, challenge="x" * 1501, objective="Fine").json()
    assert not told["right"]
    assert "Your challenge" in told["words"]
    assert written(draft)["objective"] == "Fine"


@pytest.mark.parametrize("version", ["0", "", "-1", "x", "9" * 40, "²"])
def test_two_windows_see_both_versions_and_nothing_is_lost(as_ada, draft, version):
    save(as_ada, draft, "topics", version=0, challenge="From the first window")
    answer = save(as_ada, draft, "topics", version=version, challenge="From the second")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "From the first window" in text
    assert "From the second" in text
    assert written(draft)["challenge"] == "From the first window"
    known = re.search(r'name="version" value="(\d+)"', text)[1]
    save(as_ada, draft, "topics", version=known, challenge="From the second")
    assert written(draft)["challenge"] == "From the second"


def test_a_script_in_a_second_window_is_refused(as_ada, draft):
    save(as_ada, draft, "topics", version=0, challenge="First")
    answer = save(as_ada, draft, "topics", json=True, version=0, challenge="Second")
    assert answer.status_code == 409
    assert "another window" in answer.json()["words"]


def test_what_was_sent_after_the_session_ended_is_there_after_signing_in(client, ada, draft):
    owner = signed_owner(ada)
    answer = save(client, draft, "topics", owner=owner, version=0, challenge="Σχολείο 🎒")
    assert step_of(draft, "topics") in unquote(answer.url)
    client.force_login(ada, backend=people.BACKEND)

    shown = client.get(step_of(draft, "topics")).content.decode()

    assert "Σχολείο 🎒" in shown
    assert "your session had ended" in shown
    assert written(draft)["challenge"] == ""
    save(client, draft, "topics", version=0, challenge="Σχολείο 🎒")
    assert "your session had ended" not in client.get(step_of(draft, "topics")).content.decode()


def test_what_somebody_wrote_without_a_session_is_shown_to_nobody_else(client, ada, draft):
    save(client, draft, "topics", owner=signed_owner(ada), challenge="Mine")
    eve = people.person("eve@example.org", profile=True)
    theirs = actions.begin(eve.pk, draft.call_id, Side.MENTEE)
    client.force_login(eve, backend=people.BACKEND)
    assert client.get(step_of(draft, "topics")).status_code == 404
    assert "Mine" not in client.get(step_of(theirs, "topics")).content.decode()


def test_a_forged_owner_gets_nothing_back(client, ada, draft):
    save(client, draft, "topics", owner=f"{ada.pk}:forged", challenge="Forged")
    client.force_login(ada, backend=people.BACKEND)
    assert "Forged" not in client.get(step_of(draft, "topics")).content.decode()


def test_a_script_without_a_session_is_shown_the_way_to_sign_in(client, draft):
    answer = save(client, draft, "topics", json=True, challenge="x")
    assert answer.status_code == 401
    assert "sign" in json.dumps(answer.json()).lower()


# --- Keeping apart ---


def test_organisations_and_people_are_named_and_removed(as_ada, draft):
    address = step_of(draft, "apart")
    as_ada.post(address, {"organisation": "Aalst", "country": "BE", "words": ""})
    as_ada.post(address, {"words": "The deputy mayor of Ghent"})
    text = as_ada.get(address).content.decode()
    assert "Aalst, Belgium" in text
    assert "The deputy mayor of Ghent" in text
    as_ada.post(address, {"remove": draft.conflicts.first().pk})
    assert draft.conflicts.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"organisation": "Aalst"},
        {"organisation": "Aalst", "country": "XX"},
        {"words": "x" * 201},
        {"organisation": "!!!", "country": "BE"},
        {"words": "\0"},
    ],
)
def test_a_broken_conflict_is_refused_in_words(as_ada, draft, data):
    answer = as_ada.post(step_of(draft, "apart"), data)
    assert answer.status_code == 422
    assert not draft.conflicts.exists()


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "999"])
def test_removing_what_is_not_there_changes_nothing(as_ada, draft, number):
    draft.conflicts.create(words="Somebody")
    assert as_ada.post(step_of(draft, "apart"), {"remove": number}).status_code in (302, 422)
    assert draft.conflicts.count() == 1


def test_somebody_can_be_named_after_handing_in_and_after_the_call(as_ada, draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    Call.objects.update(state=CallState.MATCHING)
    assert as_ada.get(step_of(draft, "apart")).status_code == 200
    as_ada.post(step_of(draft, "apart"), {"words": "My new colleague"})
    assert draft.conflicts.count() == 1
    assert as_ada.get(step_of(draft, "place")).url == at("application", draft.pk)


# --- After handing in ---


@pytest.fixture
def handed_in(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    draft.refresh_from_db()
    return draft


def test_a_change_that_is_not_handed_in_is_said_and_discarded(as_ada, handed_in):
    save(as_ada, handed_in, "topics", topics=[make.topic().pk], challenge="New", objective="O")
    text = as_ada.get(at("application", handed_in.pk)).content.decode()
    assert "changes that are not handed in" in text
    assert "Nobody speaks Ukrainian here." in text
    as_ada.post(at("discard", handed_in.pk))
    assert written(handed_in)["challenge"] == "Nobody speaks Ukrainian here."


def test_changes_are_handed_in(as_ada, handed_in):
    save(as_ada, handed_in, "topics", topics=[make.topic().pk], challenge="New", objective="O")
    assert "Hand in my changes" in as_ada.get(step_of(handed_in, "check")).content.decode()
    as_ada.post(at("hand_in", handed_in.pk))
    handed_in.refresh_from_db()
    assert (handed_in.challenge, handed_in.state) == ("New", ApplicationState.SUBMITTED)


def test_what_arrives_after_the_call_closed_stays_readable(as_ada, handed_in):
    Call.objects.update(closes_at=timezone.now())
    answer = save(as_ada, handed_in, "topics", challenge="Too late, but mine")
    assert answer.status_code == 422
    assert "Too late, but mine" in answer.content.decode()
    assert save(as_ada, handed_in, "topics", json=True, challenge="x").status_code == 409
    assert as_ada.post(at("hand_in", handed_in.pk)).status_code == 302
    assert written(handed_in)["challenge"] == "Nobody speaks Ukrainian here."


@pytest.mark.parametrize("state", ApplicationState.values)
@pytest.mark.parametrize("is_open", [True, False])
def test_an_application_says_where_it_stands_in_every_state(as_ada, handed_in, state, is_open):
    Application.objects.update(state=state, question="Which town?", reason="No mandate.")
    if not is_open:
        Call.objects.update(state=CallState.MATCHING)
    answer = as_ada.get(at("application", handed_in.pk))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("Send my answer" in text) == (state == ApplicationState.NEEDS_INFO)
    assert ("No mandate." in text) == (state == ApplicationState.INELIGIBLE)
    assert ("Withdraw my application" in text) == (state != ApplicationState.WITHDRAWN)
    assert ("Begin again" in text) == (state == ApplicationState.WITHDRAWN and is_open)
    changeable = state in (ApplicationState.SUBMITTED, ApplicationState.NEEDS_INFO)
    assert ("Change my application" in text) == (is_open and changeable)


def test_a_question_is_answered_and_a_broken_answer_stays_on_screen(as_ada, handed_in):
    Application.objects.update(state=ApplicationState.NEEDS_INFO, question="Which town?")
    address = at("answer", handed_in.pk)
    assert as_ada.post(address, {"answer": ""}).status_code == 422
    long = as_ada.post(address, {"answer": "y" * 3001})
    assert long.status_code == 422
    assert "y" * 3001 in long.content.decode()
    assert as_ada.get(address).status_code == 302
    as_ada.post(address, {"answer": "Ghent 🙂"})
    handed_in.refresh_from_db()
    assert (handed_in.state, handed_in.answer) == (ApplicationState.SUBMITTED, "Ghent 🙂")
    late = as_ada.post(address, {"answer": "Another"})
    assert late.status_code == 422
    assert "Another" in late.content.decode()


def test_an_answer_sent_after_the_session_ended_waits_for_its_owner(client, ada, handed_in):
    Application.objects.update(state=ApplicationState.NEEDS_INFO, question="Which town?")
    sent = {"answer": "Γάνδη 🙂", "owner": signed_owner(ada)}
    client.logout()
    signs_in = client.post(at("answer", handed_in.pk), sent)
    assert at("application", handed_in.pk) in unquote(signs_in.url)
    client.force_login(ada, backend=people.BACKEND)
    text = client.get(at("application", handed_in.pk)).content.decode()
    assert "Γάνδη 🙂" in text
    assert "your session had ended" in text
    client.post(at("answer", handed_in.pk), sent)
    assert (
        "your session had ended" not in client.get(at("application", handed_in.pk)).content.decode()
    )


def test_who_had_to_sign_in_before_handing_in_comes_back_to_a_page(as_ada, handed_in):
    for name in ("hand_in", "discard", "answer"):
        assert as_ada.get(at(name, handed_in.pk), follow=True).status_code == 200


def test_withdrawing_is_asked_once_and_done(as_ada, handed_in):
    address = at("withdraw", handed_in.pk)
    assert "Withdraw this application?" in as_ada.get(address).content.decode()
    as_ada.post(address)
    handed_in.refresh_from_db()
    assert handed_in.state == ApplicationState.WITHDRAWN
    assert as_ada.get(address).status_code == 302


def test_the_steps_need_few_queries(as_ada, draft, django_assert_max_num_queries):
    for number in range(15):
        make.topic(f"Topic {number}")
    addresses = [step_of(draft, step) for step in Step.values] + [at("application", draft.pk)]
    for address in addresses:
        as_ada.get(address)
        with django_assert_max_num_queries(8):
            as_ada.get(address)
