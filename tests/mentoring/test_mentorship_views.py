"""The space of a mentorship on the site: for the two alone; a mistake is said beside its form."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring import actions
from mentoring.models import Concern, Match, Note, Session, SharedFile
from mentoring.states import MatchState, SessionState
from mentoring.views import mentorship
from participants.actions import erase_person
from participants.states import Role
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF"
TEXTS = {
    "note": "zqnoteq",
    "goals": "zqgoalsq",
    "step": "zqstepq",
    "answer": "zqanswerq",
    "file": "zqfileq.pdf",
}


@pytest.fixture
def match():
    return make.mentorship()


@pytest.fixture
def mentee(match):
    return signed_in(match.mentee.person)


@pytest.fixture
def mentor(match):
    return signed_in(match.mentor.person)


def signed_in(user):
    client = Client()
    client.force_login(user, backend=people.BACKEND)
    return client


def space(match) -> str:
    return reverse("mentoring:mentorship", args=[match.pk])


def send(client, match, name, **data):
    return client.post(reverse("mentoring:mentorship_act", args=[match.pk, name]), data)


def words(response) -> str:
    return response.content.decode()


def open_checkpoints(match) -> None:
    match.checkpoints.update(due_on=timezone.now().date() + timedelta(days=5))


def fill(match) -> SharedFile:
    """Words of the mentor in every field that the two share."""
    person, now = match.mentor.person_id, timezone.now()
    actions.write_note(match.pk, person, TEXTS["note"])
    actions.set_goals(match.pk, person, TEXTS["goals"], "", version=0)
    past = now - timedelta(days=1)
    actions.log_session(match.pk, person, past, 45, next_step=TEXTS["step"])
    for one in (match.mentor, match.mentee):
        text = TEXTS["answer"]
        actions.hand_in_checkpoint(match.pk, one.person_id, "start", standing="well", words=text)
    upload = SimpleUploadedFile(TEXTS["file"], PDF)
    return actions.add_file(match.pk, person, upload)


@pytest.fixture
def filled(match):
    open_checkpoints(match)
    return fill(match)


def soon(days=3) -> str:
    at = timezone.localtime(timezone.now() + timedelta(days=days))
    return at.strftime("%Y-%m-%dT%H:%M")


# --- Who may ----------------------------------------------------------------------------------


@pytest.fixture
def ladder(match):
    return {
        "another participant": people.person("eve@example.org"),
        "another applicant": make.application(match.call).person,
        "another pair": make.mentorship(match.call).mentor.person,
        "a coordinator of this programme": make.coordinator(match.call.programme),
        "the administrator": people.administrator("root@example.org"),
        "an administrator by role": people.staff(Role.ADMINISTRATOR, "admin@example.org"),
        "the officer": people.staff(Role.SAFEGUARDING_OFFICER, "officer@example.org"),
        "a publisher": people.staff(Role.PUBLISHER, "publisher@example.org"),
    }


ACTS = ["propose", "pick", "keep", "cancel", "record", "log", "goals", "agree", "checkpoint"]
ACTS += ["note", "delete_note", "file", "remove_file", "pause", "resume", "end"]


def test_a_mentorship_is_for_its_two_people_alone(match, filled, ladder):
    pages = [space(match), reverse("mentoring:mentorship_file", args=[match.pk, filled.pk])]
    doors = [reverse("mentoring:mentorship_act", args=[match.pk, name]) for name in ACTS]
    for page in pages:
        assert Client().get(page).url.startswith(reverse("account_login"))
    for door in doors:
        assert Client().post(door).url.startswith(reverse("account_login"))
    for who, user in ladder.items():
        client = signed_in(user)
        assert [client.get(page).status_code for page in pages] == [404, 404], who
        assert {client.post(door).status_code for door in doors} == {404}, who
    match.refresh_from_db()
    assert match.state == MatchState.ACTIVE


def test_what_two_people_share_stands_on_no_screen_of_the_desk(match, filled, ladder, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    addresses = [
        reverse("mentoring_call", args=[match.call_id]),
        reverse("mentoring_application", args=[match.mentor_id]),
        reverse("mentoring_pairs", args=[match.call_id]),
    ]
    client = signed_in(ladder["the administrator"])
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200
        assert [text for text in TEXTS.values() if text in words(page)] == []


def test_both_see_all_of_it(match, filled, mentee, mentor):
    for client in (mentee, mentor):
        page = words(client.get(space(match)))
        assert [text for text in TEXTS.values() if text not in page] == []
        found = client.get(reverse("mentoring:mentorship_file", args=[match.pk, filled.pk]))
        assert b"".join(found.streaming_content) == PDF
        assert found["Content-Disposition"] == f'attachment; filename="{TEXTS["file"]}"'
        assert "no-store" in found["Cache-Control"]


@pytest.mark.parametrize(
    ("state", "shares", "reaches"),
    [
        (MatchState.PAUSED, True, True),
        (MatchState.COMPLETED, True, False),
        (MatchState.ENDED_EARLY, True, False),
        (MatchState.SUSPENDED, False, False),
        (MatchState.TERMINATED, False, False),
    ],
)
def test_what_each_state_shows(match, filled, mentee, state, shares, reaches):
    Match.objects.filter(pk=match.pk).update(state=state, ended_at=timezone.now())
    page = words(mentee.get(space(match)))
    assert [text in page for text in TEXTS.values()] == [shares] * len(TEXTS)
    assert (match.mentor.person.email in page) is reaches
    assert reverse("mentoring:concern") in page, "also after the end"
    file = mentee.get(reverse("mentoring:mentorship_file", args=[match.pk, filled.pk]))
    assert file.status_code == (200 if shares else 404)


def test_after_the_other_was_erased_nothing_names_them(match, filled, mentee):
    name, email = match.mentor.person.name, match.mentor.person.email
    erase_person(match.mentor.person_id)
    page = words(mentee.get(space(match)))
    assert "has erased their account" in page
    assert [text for text in (name, email, *TEXTS.values()) if text in page] == ["zqanswerq"]
    assert page.count("zqanswerq") == 1, "one's own"


def test_a_file_of_another_mentorship_is_not_found_through_ones_own(match, filled, ladder):
    own = make.mentorship(match.call)
    client = signed_in(own.mentee.person)
    address = reverse("mentoring:mentorship_file", args=[own.pk, filled.pk])
    assert client.get(address).status_code == 404


def test_an_offer_has_no_space_yet():
    offer = make.offer()
    client = signed_in(offer.mentee.person)
    assert client.get(space(offer)).status_code == 404
    assert send(client, offer, "note", words="Hello").status_code == 404


def test_a_sealed_answer_is_shown_to_its_author_alone(match, mentee, mentor):
    open_checkpoints(match)
    said = {"standing": "badly", "words": "zqsealedq"}
    actions.hand_in_checkpoint(match.pk, match.mentor.person_id, "start", **said)
    own, other = words(mentor.get(space(match))), words(mentee.get(space(match)))
    assert "zqsealedq" in own, "it may still be changed"
    assert "zqsealedq" not in other
    assert "It does not go well</b>" not in other
    assert "sealed until yours is" in other


# --- Acts -------------------------------------------------------------------------------------


def test_from_a_proposal_to_a_recorded_session(match, mentee, mentor):
    answer = send(mentee, match, "propose", time_1=soon(), time_2=soon(4), minutes=45)
    assert answer.url == f"{space(match)}#sessions"
    made = Session.objects.get()
    assert "You proposed these times" in words(mentee.get(space(match)))
    page = words(mentor.get(space(match)))
    values = re.findall(r'name="time" value="([^"]+)"', page)
    assert len(values) == 2

    send(mentor, match, "pick", row=made.pk, time=values[1])

    made.refresh_from_db()
    assert made.state == SessionState.PLANNED
    assert made.begins_at == datetime.fromisoformat(values[1])
    assert "Next session" in words(mentee.get(space(match)))
    Session.objects.update(begins_at=timezone.now() - timedelta(hours=1))
    assert "How was it?" in words(mentee.get(space(match)))
    send(mentee, match, "record", row=made.pk, state="held", minutes=50, next_step="Visit Ghent")
    page = words(mentor.get(space(match)))
    assert "Visit Ghent" in page
    assert "1 of 6 held." in page


def test_times_are_on_the_persons_own_clock(match, mentee):
    person = match.mentee.person
    person.time_zone = "America/New_York"
    person.save()
    day = timezone.now().date() + timedelta(days=10)
    send(mentee, match, "propose", time_1=f"{day}T09:00", minutes=45)
    (moment,) = Session.objects.get().times
    assert datetime.fromisoformat(moment).astimezone(UTC).hour in (13, 14)
    assert "9:00" in words(mentee.get(space(match)))


BROKEN = [
    ("propose", {"minutes": "45"}, "time_1"),
    ("propose", {"time_1": "2020-01-01T10:00", "minutes": "45"}, None),
    ("propose", {"time_1": "tomorrow", "minutes": "45"}, "time_1"),
    ("propose", {"time_1": "SOON", "minutes": "9" * 40}, "minutes"),
    ("propose", {"time_1": "SOON", "minutes": "45", "row": "9" * 30}, "row"),
    ("log", {"begins_at": "SOON", "minutes": "45"}, None),
    ("log", {"begins_at": "", "minutes": "45"}, "begins_at"),
    ("goals", {"goals": "", "version": "0"}, "goals"),
    ("goals", {"goals": "x" * 2001, "version": "0"}, "goals"),
    ("goals", {"goals": "A\0b", "version": "0"}, "goals"),
    ("goals", {"goals": "Newer", "version": "7"}, None),
    ("goals", {"goals": "No version"}, "version"),
    ("note", {"words": "  "}, "words"),
    ("note", {"words": "x" * 5001}, "words"),
    ("checkpoint", {"kind": "start", "standing": ""}, "standing"),
    ("checkpoint", {"kind": "start", "standing": "great"}, "standing"),
    ("checkpoint", {"kind": "<b>", "standing": "well"}, "kind"),
    ("file", {}, "file"),
    ("end", {"reason": "x" * 1001}, "reason"),
]


@pytest.mark.parametrize(("name", "data", "field"), BROKEN)
def test_a_mistake_is_said_beside_its_form_and_nothing_changes(match, mentee, name, data, field):
    open_checkpoints(match)
    sent = {key: soon() if value == "SOON" else value for key, value in data.items()}
    answer = send(mentee, match, name, **sent)
    assert answer.status_code == (422 if field else 409)
    form = answer.context["sent"]
    assert list(form.errors) == [field or "__all__"]
    # What was sent for a row that is not there has no form on the page, and is said above it.
    where = 'class="notice error"' if field in ("kind", "row") else "error-summary"
    assert where in words(answer)
    assert "<title>Error:" in words(answer).replace("\n", "")
    assert not Session.objects.exists()
    assert not Note.objects.exists()
    match.refresh_from_db()
    assert match.state == MatchState.ACTIVE


@pytest.mark.parametrize("name", ["pick", "keep", "cancel", "delete_note", "remove_file", "agree"])
@pytest.mark.parametrize("data", [{}, {"row": "x", "version": "x"}, {"row": "9" * 30}])
def test_a_button_with_broken_numbers_is_answered_in_words(match, mentee, name, data):
    answer = send(mentee, match, name, **data)
    assert answer.status_code == 302
    assert "Reload the page" in words(mentee.get(answer.url))


@pytest.mark.parametrize("name", ["pick", "keep", "cancel", "record"])
def test_a_session_of_another_mentorship_is_not_there(match, mentee, name):
    other = make.mentorship(match.call)
    made = actions.propose_times(
        other.pk, other.mentee.person_id, [timezone.now() + timedelta(days=1)], 45
    )
    answer = send(mentee, match, name, row=made.pk, time=made.times[0], state="held", minutes=45)
    assert answer.status_code == 404
    made.refresh_from_db()
    assert made.state == SessionState.PROPOSED


def test_an_act_that_nobody_knows_does_not_exist(match, mentee):
    assert send(mentee, match, "nothing").status_code == 404
    assert (
        mentee.get(reverse("mentoring:mentorship_act", args=[match.pk, "note"])).status_code == 405
    )


def test_what_is_written_is_shown_as_words_and_never_as_markup(match, mentee, mentor):
    send(mentee, match, "note", words="<script>alert(1)</script>")
    assert "<script>alert" not in words(mentor.get(space(match)))


def test_a_file_that_is_too_large_or_of_another_kind_is_refused_beside_its_field(match, mentee):
    for name, content in (("plan.exe", b"MZ"), ("big.pdf", PDF + b" " * (7 * 1024 * 1024))):
        answer = send(mentee, match, "file", file=SimpleUploadedFile(name, content))
        assert answer.status_code == 422
        assert list(answer.context["sent"].errors) == ["file"]
    assert not SharedFile.objects.exists()
    send(mentee, match, "file", file=SimpleUploadedFile("plan.pdf", PDF))
    assert SharedFile.objects.get().name == "plan.pdf"


def test_who_changes_without_end_has_to_wait_and_keeps_what_they_wrote(match, mentee, monkeypatch):
    monkeypatch.setattr(mentorship, "AN_HOUR", 2)
    for number in range(2):
        send(mentee, match, "note", words=f"Number {number}")
    answer = send(mentee, match, "note", words="zqkeptq")
    assert answer.status_code == 429
    assert "zqkeptq" in words(answer)
    assert Note.objects.count() == 2


def test_pausing_resuming_and_ending(match, mentee, mentor):
    send(mentee, match, "pause")
    assert "is paused" in words(mentor.get(space(match)))
    send(mentor, match, "resume")
    send(mentor, match, "end", reason="zqreasonq")
    page = words(mentee.get(space(match)))
    assert "Your mentorship has ended" in page
    assert "zqreasonq" not in page
    answer = send(mentee, match, "note", words="Too late")
    assert answer.status_code == 409
    assert "Too late" not in words(answer) or not Note.objects.exists()


def test_the_page_takes_as_many_queries_for_one_as_for_three_of_everything(match, mentee):
    person, other = match.mentee.person_id, match.mentor.person_id
    counts = []
    for number in (1, 2, 3):
        actions.write_note(match.pk, person, f"Note {number}")
        upload = SimpleUploadedFile(f"plan{number}.pdf", PDF)
        actions.add_file(match.pk, person, upload)
        past = timezone.now() - timedelta(days=number)
        actions.log_session(match.pk, person, past, 45)
        ahead = timezone.now() + timedelta(days=number)
        made = actions.propose_times(match.pk, person, [ahead], 45)
        actions.pick(match.pk, other, made.pk, ahead)
        mentee.get(space(match))
        with CaptureQueriesContext(connection) as queries:
            mentee.get(space(match))
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert counts[0] <= 16


# --- Concerns ---------------------------------------------------------------------------------


def raise_it(client, **data):
    return client.post(reverse("mentoring:concern"), data)


def test_anybody_with_an_account_raises_a_concern_and_sees_how_far_it_is(match, mentee):
    address = reverse("mentoring:concern")
    assert Client().get(address).url.startswith(reverse("account_login"))
    page = words(mentee.get(f"{address}?match={match.pk}"))
    assert f'<option value="{match.pk}" selected>' in page

    answer = raise_it(mentee, match=match.pk, words="zqconcernq")

    assert answer.url == address
    found = Concern.objects.get()
    assert (found.match, found.words) == (match, "zqconcernq")
    page = words(mentee.get(address))
    assert "What you raised before" in page
    assert "zqconcernq" not in page, "whoever sits at the open screen reads no words"
    eve = signed_in(people.person("eve@example.org"))
    assert "What you raised before" not in words(eve.get(address))
    raise_it(eve, words="Mine")
    assert Concern.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "words"),
        ({"words": " "}, "words"),
        ({"words": "x" * 5001}, "words"),
        ({"words": "a\0b"}, "words"),
        ({"words": "Fine", "match": "x"}, "match"),
        ({"words": "Fine", "match": "OTHER"}, "match"),
    ],
)
def test_a_broken_concern_is_said_in_words(match, mentee, data, field):
    other = make.mentorship(match.call)
    sent = {key: other.pk if value == "OTHER" else value for key, value in data.items()}
    answer = raise_it(mentee, **sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Concern.objects.exists()


def test_after_ten_in_an_hour_one_has_to_wait(match, mentee):
    for number in range(10):
        assert raise_it(mentee, words=f"Number {number}").status_code == 302
    assert raise_it(mentee, words="One more").status_code == 429
    assert Concern.objects.count() == 10
