"""Certificates: issued once, true for good, and silent about who asked to be forgotten."""

import io
import json
import zipfile
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from courses import actions as courses
from courses.models import Enrolment
from credentials import actions, render
from credentials.models import Credential, CredentialChange
from credentials.states import State
from participants import archive, notices
from participants.actions import erase_person
from participants.models import Notice, User
from participants.refusals import Refused
from participants.states import Role
from tests.courses.conftest import person
from tests.factories import academy as programmes
from tests.factories import courses as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def course():
    return make.course(
        lessons=(2,), outcomes="Explain integration\nPlan a first step", title="Foundations"
    )


@pytest.fixture
def reader():
    return person()


@pytest.fixture
def enrolment(course, reader) -> Enrolment:
    return completed(course, reader)


@pytest.fixture
def certificate(enrolment) -> Credential:
    return courses.issue_certificate(enrolment.pk)


def completed(course, user) -> Enrolment:
    enrolment = courses.enrol(user.pk, make.run_of(course).pk)
    for entry in make.entries_of(course):
        courses.complete_item(enrolment.pk, entry.item_id)
    enrolment.refresh_from_db()
    return enrolment


def sign_in(client, user):
    client.force_login(user, backend=people.BACKEND)
    return client


def page(client, certificate, language="en"):
    return client.get(f"/{language}/credentials/{certificate.code}/")


# --- Issuing ---


def test_completing_a_course_earns_one_certificate(course, reader, jobs):
    enrolment = completed(course, reader)
    assert not Credential.objects.exists()
    jobs.run()
    courses.issue_certificate(enrolment.pk)

    certificate = Credential.objects.get()
    assert (certificate.name, certificate.title) == ("Ada", "Foundations")
    assert certificate.facts["outcomes"] == ["Explain integration", "Plan a first step"]
    assert certificate.facts["minutes"] == sum(e.minutes for e in make.entries_of(course))
    assert certificate.achieved_at == enrolment.completed_at


def test_who_has_not_completed_the_course_earns_nothing(course, reader):
    enrolment = courses.enrol(reader.pk, make.run_of(course).pk)
    assert courses.issue_certificate(enrolment.pk) is None
    assert courses.issue_certificate(999_999) is None


def test_a_lost_message_costs_a_sweep(enrolment, jobs):
    assert courses.issue_missing() == 1
    assert courses.issue_missing() == 0


def test_one_that_cannot_be_made_does_not_keep_the_others_waiting(course, enrolment, monkeypatch):
    second = completed(course, person("second@example.org"))
    issue = courses.certificates.issue_certificate

    def failing(pk):
        if pk == enrolment.pk:
            raise ValueError
        return issue(pk)

    monkeypatch.setattr(courses.certificates, "issue_certificate", failing)
    assert courses.issue_missing() == 1
    assert Credential.objects.get().subject_id == second.pk


def test_another_attempt_earns_another_certificate(course, reader, certificate):
    again = courses.retake(reader.pk, make.run_of(course).pk)
    for entry in make.entries_of(course):
        courses.complete_item(again.pk, entry.item_id)
    assert courses.issue_certificate(again.pk) != certificate


def test_a_course_that_changes_leaves_the_certificate_as_it_was(course, certificate):
    course.title, course.outcomes = "Renamed", "Other"
    course.save_revision().publish()
    certificate.refresh_from_db()
    assert (certificate.title, certificate.facts["outcomes"][0]) == (
        "Foundations",
        "Explain integration",
    )


def test_the_certificate_speaks_the_persons_language_where_the_course_does(course, reader):
    french = make.locale("fr")
    copy = course.copy_for_translation(french, copy_parents=True)
    copy.title, copy.outcomes = "Les bases", "Expliquer"
    copy.save_revision().publish()
    courses.publish_outline(course)
    reader.language = "fr"
    reader.save()
    certificate = courses.issue_certificate(completed(course, reader).pk)

    assert (certificate.language, certificate.title) == ("fr", "Les bases")
    assert certificate.facts["outcomes"] == ["Expliquer"]
    assert certificate.facts["participation"].startswith("En ligne")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_issue_one(course, reader):
    enrolment = completed(course, reader)
    made = together(*[lambda: courses.issue_certificate(enrolment.pk).pk] * 6)
    assert len(set(made)) == 1
    assert Credential.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_issuing_while_the_person_is_erased_leaves_no_name(course, reader):
    for _round in range(5):
        user = person(f"{uuid4().hex}@example.org")
        enrolment = completed(course, user)
        together(
            lambda pk=enrolment.pk: courses.issue_certificate(pk),
            lambda pk=user.pk: erase_person(pk),
        )
        left = Credential.objects.filter(subject_id=enrolment.pk)
        assert [(one.state, one.name) for one in left] in ([], [("withdrawn", "")])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_revoking_and_replacing_at_once_ends_in_one_valid_certificate_at_most(course, reader):
    certificate = courses.issue_certificate(completed(course, reader).pk)
    together(
        lambda: actions.revoke(certificate.pk, reason="Wrong"),
        lambda: actions.reissue(certificate.pk, reason="Name"),
        lambda: actions.reissue(certificate.pk, reason="Name"),
    )
    assert Credential.objects.valid().count() == 1
    assert Credential.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_revoking_holds_against_a_new_name_at_the_same_moment(course):
    for _round in range(5):
        user = person()
        certificate = courses.issue_certificate(completed(course, user).pk)
        revoked, _renamed = together(
            lambda pk=certificate.pk: actions.revoke(pk, reason="Wrong"),
            lambda pk=certificate.pk, by=user: actions.reissue(pk, reason="Name", by=by),
        )
        left = Credential.objects.valid().filter(subject_id=certificate.subject_id).count()
        assert left == (1 if isinstance(revoked, Refused) else 0)


# --- Replacing, revoking, withdrawing ---


def test_a_new_name_makes_a_new_certificate_and_silences_the_old_one(client, reader, certificate):
    reader.name = "Ada Lovelace"
    reader.save()
    sign_in(client, reader)
    assert "Your name is now Ada Lovelace" in page(client, certificate).content.decode()

    response = client.post(reverse("credentials:rename", args=[certificate.code]))

    new = Credential.objects.get(replaces=certificate)
    assert response.url == f"/en/credentials/{new.code}/"
    assert (new.name, new.subject_id) == ("Ada Lovelace", certificate.subject_id)
    client.logout()
    old = page(client, certificate).content.decode()
    assert "replaced by a newer one" in old
    assert "Ada" not in old
    assert str(new.code) not in old


def test_the_same_name_makes_nothing_new(client, reader, certificate):
    sign_in(client, reader).post(reverse("credentials:rename", args=[certificate.code]))
    assert Credential.objects.count() == 1


def test_holders_bring_back_nothing_that_was_revoked(client, reader, certificate):
    actions.revoke(certificate.pk, reason="By somebody else")
    reader.name = "Ada Two"
    reader.save()
    address = reverse("credentials:rename", args=[certificate.code])
    answer = sign_in(client, reader).post(address)
    assert answer.status_code == 409
    assert "no longer in force" in answer.content.decode()
    assert [one.state for one in Credential.objects.all()] == ["revoked"]
    actions.reissue(certificate.pk, reason="It was theirs after all", by=people.person())
    assert Credential.objects.valid().count() == 1


def test_holders_change_the_name_a_few_times_and_then_have_to_ask(reader, certificate):
    for number in range(5):
        reader.name = f"Ada {number}"
        reader.save()
        certificate = actions.reissue(certificate.pk, reason="Name", by=reader)
    with pytest.raises(Refused, match="Ask us"):
        actions.reissue(certificate.pk, reason="Name", by=reader)
    assert actions.reissue(certificate.pk, reason="Name", by=people.person()).is_valid


def test_replacing_twice_makes_one(certificate):
    first = actions.reissue(certificate.pk, reason="Spelling")
    assert actions.reissue(certificate.pk, reason="Spelling") == first
    assert courses.issue_certificate(certificate.subject_id) == certificate


def test_revoking_twice_is_one_change(certificate):
    actions.revoke(certificate.pk, reason="By mistake")
    actions.revoke(certificate.pk, reason="By mistake")
    assert CredentialChange.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  \n", "\0", "x" * 1001])
def test_without_a_usable_reason_nothing_changes(certificate, reason):
    for act in (actions.revoke, actions.reissue):
        with pytest.raises(Refused):
            act(certificate.pk, reason=reason)
    certificate.refresh_from_db()
    assert certificate.is_valid


def test_erasing_a_person_withdraws_and_names_nobody(client, reader, certificate):
    actions.reissue(certificate.pk, reason="Ada married")
    erase_person(reader.pk)

    assert set(Credential.objects.values_list("state", "name", "holder")) == {
        (State.WITHDRAWN, "", None)
    }
    assert "Ada" not in str(list(CredentialChange.objects.values()))
    text = page(client, certificate).content.decode()
    assert "Withdrawn by its holder" in text
    assert "Ada" not in text
    with pytest.raises(Refused):
        actions.reissue(certificate.pk, reason="Back")


# --- The address ---


def test_the_address_on_the_document_leads_to_the_readers_language(client, certificate):
    path = certificate.address.removeprefix("http://localhost:8000")
    response = client.get(path, headers={"accept-language": "de"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/de/credentials/{certificate.code}/"
    assert "Ada" in response.content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "de", "el"])
def test_anybody_can_verify_a_certificate_in_every_language(client, certificate, language):
    response = page(client, certificate, language)
    assert response.status_code == 200
    assert "Foundations" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_an_address_that_was_never_issued_says_so(client, certificate):
    response = client.get(f"/en/credentials/{uuid4()}/")
    assert response.status_code == 404
    assert "never issued" in response.content.decode()


def test_a_revoked_certificate_tells_neither_name_nor_reason(client, certificate):
    actions.revoke(certificate.pk, reason="A secret reason")
    text = page(client, certificate).content.decode()
    assert "revoked on" in text
    assert "Ada" not in text
    assert "secret" not in text


def ladder(client, certificate):
    """Who may fetch the document, and who may rename it."""
    document = reverse("credentials:document", args=[certificate.code])
    rename = reverse("credentials:rename", args=[certificate.code])
    return client.get(document).status_code, client.post(rename).status_code


def test_who_may_fetch_the_document(client, reader, course, certificate):
    assert ladder(client, certificate) == (302, 302)
    assert "login" in client.get(reverse("credentials:document", args=[certificate.code])).url
    assert ladder(sign_in(client, person("other@example.org")), certificate) == (404, 404)
    assert ladder(sign_in(client, people.staff(Role.AUTHOR)), certificate) == (404, 404)
    officer = people.staff(Role.DATA_PROTECTION_OFFICER)
    assert ladder(sign_in(client, officer), certificate) == (404, 404)
    elsewhere = programmes.coordinator(make.course("Elsewhere", lessons=(1,)))
    assert ladder(sign_in(client, elsewhere), certificate) == (404, 404)
    assert ladder(sign_in(client, programmes.coordinator(course)), certificate) == (200, 404)
    assert ladder(sign_in(client, people.staff(Role.ADMINISTRATOR)), certificate) == (200, 404)
    assert ladder(sign_in(client, reader), certificate) == (200, 302)


def test_a_document_that_is_no_longer_in_force_is_not_handed_out(client, reader, certificate):
    actions.revoke(certificate.pk, reason="By mistake")
    assert ladder(sign_in(client, reader), certificate)[0] == 404


def test_ones_course_leads_to_the_certificate_or_says_that_it_is_made(client, reader, enrolment):
    url = reverse("courses:certificate", args=[enrolment.pk])
    sign_in(client, reader)
    waiting = client.get(url)
    assert "is being made" in waiting.content.decode()
    certificate = courses.issue_certificate(enrolment.pk)
    assert client.get(url).url == reverse("credentials:verify", args=[certificate.code])
    assert url in client.get("/en/my-academy/").content.decode()
    assert sign_in(client, person("o@example.org")).get(url).status_code == 404


def test_a_coordinator_replaces_and_revokes_with_a_reason(client, course, reader, certificate):
    sign_in(client, programmes.coordinator(course))
    url = reverse("courses_certificate", args=[certificate.subject_id])
    old = {"code": str(certificate.code)}
    assert "Say why" in client.post(url, {"step": "revoke"} | old, follow=True).content.decode()
    reissue = {"step": "reissue", "reason": "Spelling of the name"} | old
    client.post(url, reissue)
    twice = client.post(url, reissue, follow=True)
    assert "changed meanwhile" in twice.content.decode()
    new = {"code": str(Credential.objects.get(state=State.VALID).code)}
    text = client.post(url, {"step": "revoke", "reason": "Wrong person"} | new, follow=True)

    assert "Wrong person" in text.content.decode()
    assert [c.state for c in Credential.objects.order_by("pk")] == ["replaced", "revoked"]
    nobody = sign_in(client, people.staff(Role.PUBLISHER)).post(url, {"step": "revoke"} | new)
    assert nobody.status_code == 302
    assert CredentialChange.objects.count() == 2


# --- The document ---


def read(certificate) -> PdfReader:
    return PdfReader(io.BytesIO(render.pdf(certificate)))


def test_the_document_is_accessible(certificate):
    found = read(certificate)
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert found.metadata.title == "Certificate of completion: Foundations"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data().replace(b"\n", b"")
    text = found.pages[0].extract_text()
    for words in ("Ada", "Foundations", "Plan a first step", certificate.address):
        assert words in text


@pytest.mark.parametrize(
    "name",
    [
        "Ada 🎒 👩\u200d🚀",
        "X" * 150,
        "e\u0301" * 75,
        "\u0300" * 150,
        "𐎠" * 40,
        "𐎠\u0301𐎡",
        '"\\#{}$',
        "\u202eAda",
        "",
        " ",
        "\x01\x02",
        "\u2028\n",
        "\u200b\u200d",
        "\u3164",
        "\ue000",
    ],
)
def test_every_name_gets_its_document_on_one_page(certificate, name):
    certificate.name = name
    assert len(read(certificate).pages) == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ελένη Παπαδοπούλου",
            "Зоя Ильина",
            "王小明",
            "山田太郎",
            "김민수",
            "አበበ ቢቂላ",
            "தமிழ்ச்செல்வி",
        ),
        *("محمد الأمين", "علی\u200cرضا", "שרה", "สมชาย", "ລາວ", "ខ្មែរ", "မြန်မာ", "हिन्दी", "বাংলা"),
        *("తెలుగు", "ქართული", "Հայերեն", "ગુજરાતી", "ਗੁਰਪ੍ਰੀਤ", "മലയാളം", "ಕನ್ನಡ", "ශ්‍රී", "ଓଡ଼ିଆ"),
    ],
)
def test_the_scripts_of_most_names_are_drawn(certificate, name):
    certificate.name = name
    text = read(certificate).pages[0].extract_text()
    assert "□" not in text
    assert set(name) & set(text) >= {name[0], name[-1]}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ada 𐎠", "Ada □"), ("", "□"), ("\x01", "□"), ("\u3164", "□")],
)
def test_what_no_font_can_draw_is_a_visible_box(certificate, name, shown):
    certificate.name = name
    assert shown in read(certificate).pages[0].extract_text().split("\n")


def test_a_title_that_cannot_be_drawn_costs_nobody_their_document(certificate):
    certificate.title, certificate.issuer = "\x02𐎠", "\x01"
    certificate.facts["outcomes"] = ["\x03", "𐎠"]
    assert len(read(certificate).pages) == 1


def test_who_has_no_name_gets_a_certificate_and_a_better_one_with_a_name(client, reader, course):
    User.objects.filter(pk=reader.pk).update(name="")
    enrolment = completed(course, reader)
    certificate = courses.issue_certificate(enrolment.pk)
    assert len(read(certificate).pages) == 1
    assert '<h2 id="credential-name">□</h2>' in page(client, certificate).content.decode()

    User.objects.filter(pk=reader.pk).update(name="Ada")
    assert actions.reissue(certificate.pk, reason="Name").name == "Ada"


def test_a_document_that_cannot_be_made_keeps_nobody_from_the_rest_of_their_data(
    reader, certificate, monkeypatch
):
    monkeypatch.setattr(render, "pdf", lambda credential: 1 / 0)
    file = io.BytesIO()
    archive.write(file, reader, now=timezone.now())

    name = f"files/certificate-{certificate.code}.pdf"
    with zipfile.ZipFile(file) as copy:
        data = json.loads(copy.read("data.json"))
        text = copy.read("index.html").decode()
        assert name not in copy.namelist()
    assert (data["files"], data["missing"]) == ([], [name])
    assert "could not be made for this copy" in text
    assert f"<li>{name}</li>" in text
    assert "credentials.Credential" in {entry["model"] for entry in data["entries"]}


# --- Telling ---


def told(user) -> list[tuple]:
    rows = Notice.objects.on_site().filter(user=user).order_by("pk")
    return [(row.kind, notices.words(row.kind, row.facts, "en").url) for row in rows]


def test_the_holder_is_told_of_a_certificate_once_in_its_own_transaction(enrolment, reader, jobs):
    jobs.lose()
    with transaction.atomic():
        courses.issue_certificate(enrolment.pk)
        transaction.set_rollback(True)
    assert told(reader) == []

    certificate = courses.issue_certificate(enrolment.pk)
    courses.issue_certificate(enrolment.pk)
    assert told(reader) == [("credentials.issued", f"/en/credentials/{certificate.code}/")]
    assert jobs.run() == ["participants.send_notices"]
    (sent,) = mail.outbox
    assert sent.subject == "Your certificate is ready: Foundations"
    assert f"/en/credentials/{certificate.code}/" in sent.body


def test_the_holder_is_told_why_a_certificate_is_replaced_or_revoked(certificate, reader):
    newer = actions.reissue(certificate.pk, reason="Misspelt", by=people.administrator())
    actions.revoke(newer.pk, reason="Another person")
    actions.revoke(newer.pk, reason="Another person")

    assert told(reader)[1:] == [
        ("credentials.replaced", f"/en/credentials/{newer.code}/"),
        ("credentials.revoked", f"/en/credentials/{newer.code}/"),
    ]
    row = Notice.objects.on_site().get(kind="credentials.revoked")
    assert "The reason: Another person" in notices.words(row.kind, row.facts, "en").text


def test_whoever_asks_for_their_own_new_name_is_not_told_what_they_did(certificate, reader):
    actions.reissue(certificate.pk, reason="Name", by=reader)

    assert [kind for kind, _url in told(reader)] == ["credentials.issued"]


def test_a_withdrawn_certificate_tells_nobody(certificate, reader):
    erase_person(reader.pk)
    assert not Notice.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_revoking_while_the_person_is_erased_takes_turns(course, reader):
    for _round in range(5):
        user = person(f"{uuid4().hex}@example.org")
        certificate = courses.issue_certificate(completed(course, user).pk)
        answers = together(
            lambda pk=certificate.pk: actions.revoke(pk, reason="Wrong").pk,
            lambda pk=user.pk: erase_person(pk).pk,
        )
        assert answers[1] == user.pk
        assert not Notice.objects.filter(user=user).exists()
