"""*My data*: somebody sees, takes along and erases everything about themselves."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from participants import actions, archive, readable
from participants.models import (
    DataExport,
    DataRequest,
    Farewell,
    Notice,
    Profile,
    User,
)
from participants.models.profiles import private_storage
from participants.personal_data import entries
from participants.refusals import Refused
from participants.states import RequestKind, RequestOutcome, Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db
MINE = "/en/account/data/"
COPY = f"{MINE}copy/"
ERASE = f"{MINE}erase/"


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def ada(person):
    with translation.override("en"):
        actions.save_profile(
            person.pk,
            country="BE",
            organisation="Stad Gent",
            answers={"bio": "Housing.", "photo": make.picture()},
        )
    return person


@pytest.fixture
def made(ada, jobs):
    export = actions.request_export(ada.pk)
    jobs.run()
    export.refresh_from_db()
    return export


def proven(client):
    """The person has just given their password once more."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    session.save()
    return client


def count_queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as done:
        assert client.get(url).status_code == 200
    return len(done)


# --- Seeing ---------------------------------------------------------------------------------


def test_a_person_reads_their_data_in_words(as_person, ada):
    page = as_person.get(MINE).content.decode()

    for words in ("ada@example.org", "Stad Gent", "Belgium", "Housing.", "Has read the privacy"):
        assert words in page, words
    for code in ("organisation__name", "privacy-notice", "Europe/Brussels_"):
        assert code not in page
    assert 'href="/en/account/profile/"' in page


def test_the_page_takes_as_many_queries_for_one_row_as_for_three(as_person, person):
    def say(number):
        actions.give_feedback(
            uuid4(), message=f"m{number}", page="/", reply_to="", language="en", user=person
        )

    say(1)
    urls = [MINE, f"{MINE}kept/participants.feedback/"]
    for url in urls:
        as_person.get(url)
    one = [count_queries(as_person, url) for url in urls]
    say(2)
    say(3)

    assert [count_queries(as_person, url) for url in urls] == one
    # One for each entry, and the rest of the page.
    assert one[0] <= len(entries()) + 9


def test_a_long_list_is_read_page_by_page(as_person, person):
    for number in range(30):
        actions.give_feedback(
            uuid4(), message=f"message {number}.", page="/", reply_to="", language="en", user=person
        )
    overview = as_person.get(MINE).content.decode()
    assert "message 29." in overview
    assert "message 20." not in overview
    url = f"{MINE}kept/participants.feedback/"

    pages = [as_person.get(url, {"page": n}).content.decode() for n in (1, 2, "x", 99)]

    found = [sum(f"message {n}." in page for n in range(30)) for page in pages]
    assert found == [25, 5, 25, 5]


@pytest.mark.parametrize("label", ["nothing.here", "auth.group", "participants.profile%00", "💥"])
def test_what_is_not_in_the_register_is_not_found(as_person, label):
    assert as_person.get(f"{MINE}kept/{label}/").status_code == 404


def test_nobody_sees_the_data_of_others(client, ada):
    other = make.person("bea@example.org", "Bea")
    client.force_login(other, backend=make.BACKEND)

    for entry in entries():
        answer = client.get(reverse("participants:data_kept", args=[entry.model.lower()]))
        assert answer.status_code == 200
        assert "ada@example.org" not in answer.content.decode()


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.model)
def test_every_label_is_in_words_that_are_translated(entry):
    from django.utils.functional import Promise

    bare = [
        name for name in entry.fields if not isinstance(readable.label_words(entry, name), Promise)
    ]
    assert bare == [], "give them words in `labels`, or the field a verbose_name"
    assert isinstance(entry.named or entry.model_class._meta.verbose_name_plural, Promise)


# --- The copy -------------------------------------------------------------------------------


def test_a_copy_is_made_by_the_worker_and_told(ada, as_person, jobs):
    answer = as_person.post(COPY, follow=True)
    assert "We are making your copy" in answer.content.decode()
    assert DataExport.objects.get().made_at is None

    jobs.run()

    export = DataExport.objects.get()
    assert export.expires_at - export.made_at == timedelta(days=7)
    assert "Fetch your copy" in as_person.get(MINE).content.decode()
    assert Notice.objects.filter(user=ada, kind="participants.export_ready").exists()
    request = DataRequest.objects.get()
    assert (request.kind, request.outcome) == (RequestKind.EXPORT, RequestOutcome.DONE)


def test_the_copy_holds_everything_in_json_in_words_and_as_files(as_person, ada, made):
    answer = as_person.get(reverse("participants:data_download", args=[made.token]))

    content = b"".join(answer.streaming_content)
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/zip")
    assert answer["Content-Disposition"].startswith("attachment")
    assert len(content) == made.size
    with zipfile.ZipFile(io.BytesIO(content)) as copy:
        assert sorted(copy.namelist()) == [
            "data.json",
            "files/photo.jpg",
            "index.html",
            "style.css",
        ]
        data = json.loads(copy.read("data.json"))
        page = copy.read("index.html").decode()
        assert copy.read("files/photo.jpg") == ada.profile.photo.open().read()
    by_model = {entry["model"]: entry for entry in data["entries"]}
    assert data["format"] == archive.FORMAT
    assert set(by_model) >= {"participants.User", "participants.Profile", "participants.Consent"}
    assert by_model["participants.Profile"]["rows"][0]["bio"] == "Housing."
    assert by_model["participants.Profile"]["labels"]["organisation__name"] == "Organisation"
    assert "Housing." in page
    assert "<script" not in page
    assert "//" not in page.replace("http://localhost:8000", "")


def test_the_copy_speaks_the_persons_language(ada, jobs):
    User.objects.filter(pk=ada.pk).update(language="fr")
    export = actions.request_export(ada.pk)
    jobs.run()

    with zipfile.ZipFile(private_storage().path(export.file_name)) as copy:
        page = copy.read("index.html").decode()
    assert '<html lang="fr">' in page
    assert "Belgique" in page


def test_asking_twice_is_asking_once(ada, as_person):
    as_person.post(COPY)
    as_person.post(COPY)

    assert DataExport.objects.count() == DataRequest.objects.count() == 1


def test_too_many_copies_a_day_are_refused_in_words(ada, as_person, jobs):
    for _time in range(settings.DATA_EXPORTS_A_DAY):
        actions.request_export(ada.pk)
        jobs.run()

    answer = as_person.post(COPY)

    assert answer.status_code == 429
    assert "ask again tomorrow" in answer.content.decode()
    assert actions.request_export(ada.pk, now=timezone.now() + timedelta(days=1, minutes=1))


def test_a_lost_message_costs_a_minute(ada, jobs):
    actions.request_export(ada.pk)
    jobs.lose()

    assert actions.make_waiting_exports() == 1
    assert actions.make_waiting_exports() == 0


def test_a_worker_that_died_is_followed_by_another(ada, jobs):
    export = actions.request_export(ada.pk)
    jobs.lose()
    now = timezone.now()
    DataExport.objects.filter(pk=export.pk).update(claimed_at=now)
    draft = archive_path(export.file_name)
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half of a file")

    assert actions.make_waiting_exports(now=now + timedelta(minutes=1)) == 0
    assert actions.make_waiting_exports(now=now + timedelta(minutes=11)) == 1

    assert [path.name for path in draft.parent.iterdir()] == [f"{export.token}.zip"]


def archive_path(name):
    from pathlib import Path

    return Path(private_storage().path(name))


def test_a_full_disk_is_told_and_tried_again(ada, as_person, jobs, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(archive, "write", full)
        actions.request_export(ada.pk)
        jobs.run()
    assert "We try again by ourselves" in as_person.get(MINE).content.decode()
    later = timezone.now() + timedelta(minutes=11)

    assert actions.make_waiting_exports(now=later) == 1
    assert "Fetch your copy" in as_person.get(MINE).content.decode()


def test_an_expired_copy_is_gone(as_person, made):
    url = reverse("participants:data_download", args=[made.token])
    DataExport.objects.update(expires_at=timezone.now())
    assert as_person.get(url).status_code == 404

    assert actions.drop_expired_exports() == 1

    assert not DataExport.objects.exists()
    assert not private_storage().exists(made.file_name)


def test_a_file_that_an_accident_left_without_a_row_goes(made):
    DataExport.objects.all().delete()
    assert actions.drop_expired_exports() == 0
    assert actions.drop_expired_exports(now=timezone.now() + timedelta(hours=2)) == 1
    assert not private_storage().exists(made.file_name)


def test_only_the_person_fetches_the_copy(client, made):
    url = reverse("participants:data_download", args=[made.token])
    assert client.get(url).status_code == 302
    for role in (None, *Role):
        user = make.staff(role) if role else make.person()
        client.force_login(user, backend=make.BACKEND)
        assert client.get(url).status_code == 404, role


# --- Asking ---------------------------------------------------------------------------------


def test_a_person_asks_and_reads_the_answer(as_person, person):
    officer = make.staff(Role.DATA_PROTECTION_OFFICER)
    data = {"kind": "correction", "details": "My name is Αδα 🙂"}
    as_person.post(f"{MINE}ask/", data)
    as_person.post(f"{MINE}ask/", data)

    request = DataRequest.objects.get()
    assert (request.user, request.details) == (person, "My name is Αδα 🙂")
    assert Notice.objects.filter(user=officer, kind="participants.request_received").exists()
    actions.answer_request(request.pk, RequestOutcome.DONE, "Corrected.", by=officer)
    page = as_person.get(MINE).content.decode()
    assert "Corrected." in page
    assert Notice.objects.filter(user=person, kind="participants.request_answered").exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "kind"),
        ({"kind": "export", "details": "x"}, "kind"),
        ({"kind": "erasure", "details": "x"}, "kind"),
        ({"kind": "correction", "details": ""}, "details"),
        ({"kind": "correction", "details": "x" * 4001}, "details"),
        ({"kind": "correction", "details": "a\0b"}, "details"),
    ],
)
def test_bad_requests_are_told_beside_the_field(as_person, data, field):
    answer = as_person.post(f"{MINE}ask/", data)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not DataRequest.objects.exists()


def test_the_sixth_open_request_waits(person):
    for number in range(5):
        actions.ask_about_data(person.pk, RequestKind.OBJECTION, f"{number}")
    with pytest.raises(Refused) as refused:
        actions.ask_about_data(person.pk, RequestKind.OBJECTION, "one more")
    assert refused.value.reason == "too_many_requests"


# --- Erasing --------------------------------------------------------------------------------


def test_erasing_asks_for_one_more_proof(as_person, ada):
    answer = as_person.get(ERASE)
    assert answer.status_code == 302
    as_person.post(ERASE, {"sure": "on"})
    assert User.objects.get(pk=ada.pk).erased_at is None


def test_erasing_needs_a_tick(as_person, ada):
    answer = proven(as_person).post(ERASE, {})

    assert answer.status_code == 422
    assert "Nothing was erased yet" in answer.content.decode()
    assert User.objects.get(pk=ada.pk).erased_at is None


def test_the_page_says_what_goes_and_what_stays(as_person, ada):
    actions.give_feedback(uuid4(), message="m", page="/", reply_to="", language="en", user=ada)
    page = proven(as_person).get(ERASE)

    assert {"Your account", "Feedback"} <= {one["title"] for one in page.context["stays"]}
    assert {"Your account", "Your profile", "Consents", "E-mail addresses"} <= set(
        page.context["goes"]
    )


def test_a_person_erases_themselves(as_person, ada, jobs):
    elsewhere = type(as_person)()
    elsewhere.force_login(ada, backend=make.BACKEND)

    answer = proven(as_person).post(ERASE, {"sure": "on"}, follow=True)

    assert "Your account is erased" in answer.content.decode()
    assert as_person.get(MINE).status_code == elsewhere.get(MINE).status_code == 302
    assert not Profile.objects.exists()
    request = DataRequest.objects.get()
    assert (request.kind, request.user, request.outcome) == (
        RequestKind.ERASURE,
        None,
        RequestOutcome.DONE,
    )
    jobs.run()
    assert [(m.to, m.subject) for m in mail.outbox] == [
        (["ada@example.org"], "Your account is erased")
    ]
    assert not Farewell.objects.exists()


def test_the_farewell_speaks_the_persons_language(ada, jobs):
    User.objects.filter(pk=ada.pk).update(language="de")
    actions.erase_person(ada.pk)
    jobs.run()
    assert mail.outbox[0].subject == "Ihr Konto ist gelöscht"


def test_a_lost_farewell_is_sent_by_the_sweep_and_forgotten_after_three_days(ada, jobs):
    actions.erase_person(ada.pk)
    actions.erase_person(make.person("bea@example.org").pk)
    jobs.lose()
    now = timezone.now()
    Farewell.objects.filter(address="bea@example.org").update(created_at=now - timedelta(days=4))

    assert actions.send_waiting_farewells(now=now + timedelta(minutes=3)) == 1

    assert [m.to for m in mail.outbox] == [["ada@example.org"]]
    assert not Farewell.objects.exists()


def test_a_mail_server_that_refuses_keeps_the_farewell_for_later(ada, jobs, monkeypatch):
    def refuse(self):
        raise ConnectionRefusedError

    actions.erase_person(ada.pk)
    jobs.lose()
    now = timezone.now() + timedelta(minutes=3)
    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", refuse)
        with pytest.raises(ConnectionRefusedError):
            actions.send_farewell(Farewell.objects.get().pk, now=now)

    assert actions.send_waiting_farewells(now=now + timedelta(minutes=11)) == 1


def test_no_mail_goes_to_an_address_that_nobody_confirmed(person):
    person.emailaddress_set.update(verified=False)
    actions.erase_person(person.pk)
    assert not Farewell.objects.exists()


@pytest.mark.parametrize(
    "role",
    [Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER, Role.SAFEGUARDING_OFFICER],
)
def test_the_last_holder_of_a_rare_role_hands_it_over_first(client, role):
    last = make.staff(role)
    client.force_login(last, backend=make.BACKEND)
    page = proven(client).get(ERASE).content.decode()
    assert "Give it to somebody else first" in page
    assert "Erase everything now" not in page

    answer = client.post(ERASE, {"sure": "on"})

    assert answer.status_code == 422
    assert User.objects.get(pk=last.pk).erased_at is None
    make.staff(role)
    client.post(ERASE, {"sure": "on"})
    assert User.objects.get(pk=last.pk).erased_at is not None


def test_full_access_stands_in_for_an_administrator_and_closed_accounts_for_nobody():
    root, other = make.administrator("root@example.org"), make.staff(Role.ADMINISTRATOR)
    actions.erase_person(other.pk)
    closed = make.staff(Role.ADMINISTRATOR, "closed@example.org")
    User.objects.filter(pk=closed.pk).update(is_active=False)

    with pytest.raises(Refused):
        actions.erase_person(root.pk)


# --- Who may open what ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "kept/participants.profile/", "copy/", "ask/", "erase/"])
def test_visitors_sign_in_first(client, path):
    answer = client.get(f"{MINE}{path}")
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
    assert client.post(f"{MINE}{path}").status_code in (302, 405)


@pytest.mark.parametrize("path", ["/en/privacy/register/", "/de/account/data/erased/"])
def test_everybody_reads_the_register_and_the_last_page(client, path):
    assert client.get(path).status_code == 200


def test_the_register_names_every_entry(client):
    page = client.get("/en/privacy/register/").content.decode()
    assert all(
        str(readable.text(entry.title)) in page for entry in entries() if "’" not in entry.title
    )


def test_a_link_to_an_action_leads_to_my_data(as_person):
    assert as_person.get(COPY)["Location"] == MINE
