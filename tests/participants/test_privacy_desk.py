"""The data-protection officer's desk."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from participants import actions
from participants.models import DataExport, DataRequest, RetentionRun, User
from participants.personal_data import entries
from participants.refusals import Refused
from participants.states import RequestChannel, RequestKind, Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db
DESK = "/admin/data-protection/"
PAGES = ("", "new/", "runs/", "accounts/", "register/")


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def officer(db):
    return make.staff(Role.DATA_PROTECTION_OFFICER, "officer@example.org")


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer, backend=make.BACKEND)
    return client


def recorded(kind=RequestKind.EXPORT, days=0, **fields):
    received = timezone.now() - timedelta(days=days)
    return actions.record_request(
        kind, RequestChannel.LETTER, by=None, received_at=received, **fields
    )


def url_of(request):
    return reverse("privacy_request", args=[request.pk])


def data(**fields):
    return {
        "kind": "erasure",
        "channel": "letter",
        "received_on": timezone.localdate().isoformat(),
        "who": "Ada, Main Street",
        **fields,
    }


def test_officers_and_administrators_open_the_desk_and_nobody_else(client, officer):
    urls = [*(f"{DESK}{page}" for page in PAGES), url_of(recorded(who="Ada"))]
    for url in urls:
        assert client.get(url).status_code == 302
        opened = set()
        for role in Role:
            client.force_login(make.staff(role), backend=make.BACKEND)
            if client.get(url).status_code == 200:
                opened.add(role)
        assert opened == {Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR}, url
        client.logout()


def test_a_letter_is_recorded_and_due_within_a_month(as_officer, officer):
    ada = make.person("ada@example.org")
    as_officer.post(f"{DESK}new/", data(email="Ada@example.org", who="", details="Erase me, Αδα"))

    request = DataRequest.objects.get()
    assert (request.user, request.recorded_by, request.details) == (ada, officer, "Erase me, Αδα")
    assert 27 < (request.due_at - request.received_at).days < 32


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"channel": "self"}, "channel"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "0001-01-01"}, "received_on"),
        ({"received_on": "x"}, "received_on"),
        ({"email": "nobody@example.org"}, "email"),
        ({"who": ""}, "__all__"),
        ({"who": "x" * 301}, "who"),
        ({"who": "a\0b"}, "who"),
        ({"details": "x" * 4001}, "details"),
    ],
)
def test_a_record_with_mistakes_is_not_kept(as_officer, wrong, field):
    answer = as_officer.post(f"{DESK}new/", data(**wrong))

    assert list(answer.context["form"].errors) == [field]
    assert not DataRequest.objects.exists()


def test_what_is_overdue_is_marked_and_comes_with_its_deadline(as_officer):
    recorded(who="Late", days=40)
    recorded(who="In time")
    page = as_officer.get(DESK).content.decode()
    assert page.count("<strong>overdue</strong>") == 1


def test_the_list_takes_as_many_queries_for_one_as_for_three(as_officer):
    def asked():
        recorded(user=make.person())
        actions.request_export(make.person().pk, now=timezone.now() - timedelta(days=2))

    def count(url):
        as_officer.get(url)
        with CaptureQueriesContext(connection) as done:
            assert as_officer.get(url).status_code == 200
        return len(done)

    asked()
    one = count(DESK)
    asked()
    asked()
    assert count(DESK) == one


def test_an_officer_moves_a_deadline_once_and_answers_once(as_officer, officer):
    ada = make.person("ada@example.org")
    request = recorded(RequestKind.OBJECTION, user=ada)
    as_officer.post(url_of(request), {"step": "extend", "extend-reason": "Many letters"})
    as_officer.post(url_of(request), {"step": "extend", "extend-reason": "Again"})
    answer = {
        "step": "answer",
        "answer-outcome": "refused",
        "answer-answer": "The law wants it.",
    }
    as_officer.post(url_of(request), answer)
    as_officer.post(url_of(request), answer | {"answer-outcome": "done"})

    request.refresh_from_db()
    assert request.extension_reason == "Many letters"
    assert (request.due_at - request.received_at).days > 85
    assert (request.outcome, request.answered_by) == ("refused", officer)


def test_after_the_month_the_deadline_stays(as_officer):
    request = recorded(who="Ada", days=40)
    due = request.due_at
    as_officer.post(url_of(request), {"step": "extend", "extend-reason": "Late"})
    request.refresh_from_db()
    assert (request.due_at, request.extended_at) == (due, None)


def test_an_officer_makes_a_copy_for_somebody_and_fetches_it(as_officer, officer, client, jobs):
    request = recorded(user=make.person("ada@example.org"))
    as_officer.post(url_of(request), {"step": "copy"})
    jobs.run()

    export = DataExport.objects.get()
    assert export.by == officer
    url = reverse("participants:data_download", args=[export.token])
    assert as_officer.get(url).status_code == 200
    assert "Fetch the copy" in as_officer.get(url_of(request)).content.decode()
    request.refresh_from_db()
    assert request.is_open  # until it is handed over
    client.force_login(make.staff(Role.DATA_PROTECTION_OFFICER), backend=make.BACKEND)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("end", ["role", "account"])
def test_who_is_an_officer_no_more_fetches_no_copy_of_others(
    as_officer, officer, client, jobs, end
):
    ada = make.person("ada@example.org")
    as_officer.post(url_of(request := recorded(user=ada)), {"step": "copy"})
    actions.request_export(officer.pk)
    jobs.run()
    copies = (DataExport.objects.get(request=request), DataExport.objects.get(user=officer))
    theirs, own = (reverse("participants:data_download", args=[copy.token]) for copy in copies)
    assert [as_officer.get(url).status_code for url in (theirs, own)] == [200, 200]

    if end == "role":
        officer.groups.clear()
        assert [as_officer.get(url).status_code for url in (theirs, own)] == [404, 200]
    else:
        User.objects.filter(pk=officer.pk).update(is_active=False)
        assert as_officer.get(theirs).status_code == 302
    client.force_login(ada, backend=make.BACKEND)
    assert client.get(theirs).status_code == 200


def shown(page) -> list[int]:
    return [request.pk for request in page.context["open"]]


def test_a_copy_that_the_worker_cannot_make_comes_before_the_officer(as_officer, jobs, monkeypatch):
    export = actions.request_export(make.person("ada@example.org").pk)
    assert shown(as_officer.get(DESK)) == []

    with monkeypatch.context() as patched:
        patched.setattr("participants.archive.write", lambda *args, **kwargs: 1 / 0)
        jobs.run()
    assert shown(as_officer.get(DESK)) == [export.request_id]
    page = as_officer.get(url_of(export.request)).content.decode()
    assert "Making the copy failed, last on" in page

    later = timezone.now() + timedelta(minutes=11)
    assert actions.make_waiting_exports(now=later) == 1
    assert shown(as_officer.get(DESK)) == []
    assert "Making the copy failed" not in as_officer.get(url_of(export.request)).content.decode()


@pytest.mark.parametrize(("hours", "is_shown"), [(23, False), (25, True)])
def test_a_copy_that_nobody_made_within_a_day_comes_before_the_officer(as_officer, hours, is_shown):
    asked = timezone.now() - timedelta(hours=hours)
    export = actions.request_export(make.person("ada@example.org").pk, now=asked)
    assert shown(as_officer.get(DESK)) == ([export.request_id] if is_shown else [])


def test_an_officers_copy_waits_for_the_one_that_is_being_made(as_officer, officer, jobs):
    ada = make.person("ada@example.org")
    own = actions.request_export(ada.pk)
    request = recorded(user=ada)

    refused = as_officer.post(url_of(request), {"step": "copy"}, follow=True).content.decode()
    assert "Another copy of these data is being made just now. Try again in ten minutes" in refused
    assert "It is written down" not in refused
    assert list(DataExport.objects.all()) == [own]

    jobs.run()
    as_officer.post(url_of(request), {"step": "copy"})
    jobs.run()
    assert DataExport.objects.get(request=request).by == officer
    assert "Fetch the copy" in as_officer.get(url_of(request)).content.decode()


def test_whose_copy_an_officer_makes_just_now_is_told_to_ask_again(as_officer, officer, client):
    ada = make.person("ada@example.org")
    request = recorded(user=ada)
    first = actions.request_export_for(request.pk, by=officer)
    assert actions.request_export_for(request.pk, by=officer) == first
    colleague = make.staff(Role.DATA_PROTECTION_OFFICER)
    for asked, by in ((recorded(user=ada), officer), (request, colleague)):
        with pytest.raises(Refused):
            actions.request_export_for(asked.pk, by=by)

    client.force_login(ada, backend=make.BACKEND)
    answer = client.post(reverse("participants:data_export"))
    assert "Try again in ten minutes" in answer.content.decode()
    assert DataExport.objects.count() == 1


def test_an_officer_erases_somebody_who_wrote_a_letter(as_officer, officer, jobs):
    ada = make.person("ada@example.org")
    request = recorded(RequestKind.ERASURE, user=ada, details="Please erase me")
    as_officer.post(url_of(request), {"step": "erase"})
    assert User.objects.get(pk=ada.pk).erased_at is None

    as_officer.post(url_of(request), {"step": "erase", "erase-sure": "on"})
    jobs.run()

    assert User.objects.get(pk=ada.pk).erased_at
    request.refresh_from_db()
    assert (request.user, request.details, request.outcome) == (None, "", "done")
    assert request.answered_by == officer
    assert [m.to for m in mail.outbox] == [["ada@example.org"]]


@pytest.mark.parametrize("kind", [RequestKind.EXPORT, RequestKind.ERASURE])
def test_nobody_acts_for_themselves_for_full_access_or_without_a_letter(as_officer, officer, kind):
    root = make.administrator("root@example.org")
    make.administrator("other@example.org")
    ada = make.person("ada@example.org")
    own = actions.ask_about_data(ada.pk, kind, "by the person")
    for request in (recorded(kind, user=officer), recorded(kind, user=root), own):
        step = {"step": "copy" if kind == RequestKind.EXPORT else "erase", "erase-sure": "on"}
        as_officer.post(url_of(request), step)
    as_officer.post(url_of(own), {"step": "💥"})

    assert not DataExport.objects.exists()
    assert not User.objects.exclude(erased_at=None).exists()


def test_the_register_is_read_and_downloaded(as_officer):
    page = as_officer.get(f"{DESK}register/")
    assert page.status_code == 200

    lines = (
        as_officer.get(f"{DESK}register/?export=csv").getvalue().decode("utf-8-sig").splitlines()
    )
    fields = sum(len(entry.fields) + len(entry.secret) for entry in entries())
    assert len(lines) == fields + 1


def test_runs_and_unused_accounts_are_listed(as_officer):
    old = timezone.now() - timedelta(days=800)
    author = make.staff(Role.AUTHOR, "author@example.org")
    closed, gone = make.person("closed@example.org", "Closed"), make.person("g@example.org", "Gone")
    User.objects.filter(pk__in=[author.pk, closed.pk, gone.pk]).update(date_joined=old)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    actions.run_retention()

    page = as_officer.get(f"{DESK}accounts/")
    assert {user.pk for user in page.context["page"]} == {author.pk, closed.pk}
    assert RetentionRun.objects.get().counts["inactive-warned"] == 1
    assert "Accounts without a sign-in" in as_officer.get(f"{DESK}runs/").content.decode()
