"""People, organisations, memberships, feedback and the log, at the editor's desk."""

import csv
import io
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from participants import actions
from participants.actions import give_feedback
from participants.models import Feedback, MailTrouble, Membership, Organisation, RoleChange, User
from participants.states import Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/users/"


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


def status(client, user, url):
    client.force_login(user, backend=make.BACKEND)
    return client.get(url).status_code


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (PEOPLE, {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}),
        (f"{PEOPLE}new/", {Role.ADMINISTRATOR}),
        (
            "/admin/organisations/",
            {Role.ADMINISTRATOR, Role.COORDINATOR, Role.PARTNERSHIP_STAFF},
        ),
        ("/admin/organisations/new/", {Role.ADMINISTRATOR, Role.COORDINATOR}),
        ("/admin/memberships/", {Role.ADMINISTRATOR, Role.COORDINATOR}),
        (
            "/admin/feedback/",
            {
                *(Role.ADMINISTRATOR, Role.COORDINATOR, Role.PARTNERSHIP_STAFF),
                Role.DATA_PROTECTION_OFFICER,
            },
        ),
        (
            "/admin/reports/role-changes/",
            {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER},
        ),
    ],
)
def test_who_may_open_what(client, url, allowed):
    door, _status = client.get(url, follow=True).redirect_chain[-1]
    assert door.startswith("/en/account/login/?next=")
    opened = {role for role in Role if status(client, make.staff(role), url) == 200}

    assert opened == allowed


# --- People ---------------------------------------------------------------------------------


def person_data(**fields):
    return {
        "name": "Bea",
        "email": "Bea@example.org",
        "language": "fr",
        "is_active": "on",
        **fields,
    }


def test_an_administrator_makes_an_account_with_a_role_and_no_password(as_administrator):
    author = make.group(Role.AUTHOR)

    as_administrator.post(f"{PEOPLE}new/", person_data(groups=[author.pk]))

    bea = User.objects.get(email="bea@example.org")
    assert (bea.name, bea.language, bea.has_usable_password()) == ("Bea", "fr", False)
    assert [g.name for g in bea.groups.all()] == ["Author"]
    assert not EmailAddress.objects.get(user=bea).verified
    change = RoleChange.objects.get(person=bea)
    assert (change.role, change.by.email) == ("Author", "root@example.org")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "www.spam.example"}, "name"),
        ({"email": "bea"}, "email"),
        ({"email": "ROOT@example.org"}, "email"),
        ({"language": "xx"}, "language"),
        ({"groups": ["99999"]}, "groups"),
    ],
)
def test_mistakes_are_said_beside_the_field(as_administrator, fields, field):
    answer = as_administrator.post(f"{PEOPLE}new/", person_data(**fields))

    assert list(answer.context["form"].errors) == [field], answer.context["form"].errors
    assert User.objects.count() == 1


def test_a_new_address_must_be_confirmed(as_administrator):
    bea = make.person("bea@example.org")

    as_administrator.post(f"{PEOPLE}edit/{bea.pk}/", person_data(email="bea@town.example"))

    address = EmailAddress.objects.get(user=bea)
    assert (address.email, address.verified) == ("bea@town.example", False)


def test_only_full_access_gives_full_access_or_touches_who_has_it(client):
    root, bea = make.administrator("root@example.org"), make.person("bea@example.org")
    client.force_login(make.staff(Role.ADMINISTRATOR), backend=make.BACKEND)

    client.post(f"{PEOPLE}edit/{bea.pk}/", person_data(is_superuser="on"))
    answer = client.post(f"{PEOPLE}edit/{root.pk}/", person_data(email="mine@example.org"))
    bulk = reverse("wagtail_bulk_action", args=["participants", "user", "set_active_state"])
    client.post(f"{bulk}?id={root.pk}", {"mark_as_active": "False"})

    assert not User.objects.get(pk=bea.pk).is_superuser
    assert answer.status_code == 302
    root.refresh_from_db()
    assert (root.email, root.is_active) == ("root@example.org", True)


def test_deleting_means_erasing(as_administrator):
    bea, cy = make.person("bea@example.org"), make.person("cy@example.org")
    as_administrator.post(f"{PEOPLE}delete/{bea.pk}/")
    bulk = reverse("wagtail_bulk_action", args=["participants", "user", "delete"])
    as_administrator.post(f"{bulk}?id={cy.pk}")

    left = User.objects.filter(pk__in=[bea.pk, cy.pk])
    assert [bool(person.erased_at) for person in left] == [True, True]


def test_the_last_one_in_a_rare_role_stays_and_the_reason_is_said(client, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client.force_login(make.administrator(), backend=make.BACKEND)
    officer = make.staff(Role.DATA_PROTECTION_OFFICER)
    bea = make.person("bea@example.org", "Bea Example")
    answer = client.post(f"{PEOPLE}delete/{officer.pk}/", follow=True)
    assert (answer.status_code, b"Data-protection officer" in answer.content) == (200, True)
    bulk = reverse("wagtail_bulk_action", args=["participants", "user", "delete"])
    answer = client.post(f"{bulk}?id={officer.pk}&id={bea.pk}", {"next": PEOPLE}, follow=True)
    assert answer.status_code == 200
    assert "1 user has been deleted" in answer.content.decode()
    left = User.objects.filter(pk__in=[officer.pk, bea.pk]).order_by("pk")
    assert [bool(one.erased_at) for one in left] == [False, True]


def test_nothing_is_written_at_the_desk_about_somebody_erased_meanwhile(as_administrator):
    bea = make.person("bea@example.org", "Bea Example")
    actions.erase_person(bea.pk)
    data = {"name": "Bea", "email": "bea@example.org", "language": "en", "is_active": "on"}
    as_administrator.post(f"{PEOPLE}edit/{bea.pk}/", data | {"time_zone": "Europe/Brussels"})
    bea.refresh_from_db()
    assert (bea.name, bea.email.endswith(".invalid")) == ("", True)


def queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    with CaptureQueriesContext(connection) as done:
        assert client.get(url).status_code == 200
    return len(done)


def test_the_listings_take_as_many_queries_for_one_as_for_three(as_administrator):
    urls = [
        *(PEOPLE, "/admin/organisations/", "/admin/memberships/"),
        *("/admin/feedback/", "/admin/reports/role-changes/"),
    ]

    def add(number):
        person = make.staff(Role.AUTHOR, f"p{number}@example.org")
        make.member(person, make.organisation(f"Town {number}"))
        give_feedback(uuid4(), message="m", page="/", reply_to="", language="en", user=person)

    add(0)
    with_one = [queries(as_administrator, url) for url in urls]
    add(1)
    add(2)

    assert [queries(as_administrator, url) for url in urls] == with_one


def test_people_are_found_by_name_and_address(as_administrator):
    make.person("bea@example.org", "Bea Example")
    for words in ("bea@ex", "Bea Ex"):
        page = as_administrator.get(PEOPLE, {"q": words})
        assert [p.email for p in page.context["object_list"]] == ["bea@example.org"]


def test_people_whose_mails_come_back_are_found(as_administrator):
    bea = make.person("bea@example.org", "Bea Example")
    moved = make.person("cy@example.org", "Cy Example")
    MailTrouble.objects.create(user=bea, address=bea.email, status="5.1.1")
    MailTrouble.objects.create(user=moved, address="old@example.org", status="5.1.1")

    def shown(wish):
        page = as_administrator.get(PEOPLE, {"unreachable": wish})
        return {p.name for p in page.context["object_list"]}

    assert shown("true") == {"Bea Example"}
    assert shown("false") & {"Bea Example", "Cy Example"} == {"Cy Example"}
    assert len(shown("nonsense")) == User.objects.count()


# --- Organisations and memberships ----------------------------------------------------------


@pytest.fixture
def coordinator(client):
    client.force_login(make.staff(Role.COORDINATOR), backend=make.BACKEND)
    return client


def test_a_coordinator_merges_two_organisations(coordinator):
    source, target = make.organisation("Gent"), make.organisation("Stad Gent")
    url = reverse("organisations:merge", args=[source.pk])
    assert coordinator.get(url).status_code == 200

    coordinator.post(url, {"into": target.pk})

    source.refresh_from_db()
    assert source.merged_into == target
    assert coordinator.get(url, follow=True).status_code == 404


def test_merging_into_another_country_or_nothing_is_refused(coordinator):
    source, abroad = make.organisation("Gent"), make.organisation("Gent", "NL")
    url = reverse("organisations:merge", args=[source.pk])
    for into in (abroad.pk, source.pk, ""):
        answer = coordinator.post(url, {"into": into})
        assert list(answer.context["form"].errors) == ["into"]

    assert Organisation.objects.current().count() == 2


def test_only_who_changes_organisations_may_merge(client):
    source = make.organisation("Gent")
    url = reverse("organisations:merge", args=[source.pk])
    client.force_login(make.staff(Role.PARTNERSHIP_STAFF), backend=make.BACKEND)

    assert client.get(url).status_code == 302


def test_two_organisations_of_one_name_are_refused_in_words(coordinator):
    make.organisation("Stad Gent")
    answer = coordinator.post("/admin/organisations/new/", {"name": "STAD  Gent", "country": "BE"})

    assert answer.status_code == 200
    assert "There is already an organisation of this name" in answer.content.decode()
    assert Organisation.objects.count() == 1


def test_a_coordinator_confirms_a_membership_by_post_only(coordinator):
    membership = make.member(make.person(), make.organisation())
    url = reverse("memberships:confirm", args=[membership.pk])
    assert coordinator.get(url).status_code == 200
    assert Membership.objects.get().confirmed_at is None

    coordinator.post(url)

    assert Membership.objects.get().confirmed_at


def test_only_coordinators_confirm(client):
    membership = make.member(make.person(), make.organisation())
    client.force_login(make.staff(Role.AUTHOR), backend=make.BACKEND)

    answer = client.post(reverse("memberships:confirm", args=[membership.pk]))

    assert answer.status_code in (302, 403)
    assert Membership.objects.get().confirmed_at is None


# --- Feedback and the log -------------------------------------------------------------------


def test_staff_note_that_feedback_was_answered(client):
    given = give_feedback(uuid4(), message="Dead", page="/en/", reply_to="", language="en")
    client.force_login(make.staff(Role.PARTNERSHIP_STAFF), backend=make.BACKEND)
    client.post(f"/admin/feedback/edit/{given.pk}/", {"answered_at": "2026-11-24 10:00"})

    assert Feedback.objects.get().answered_at
    assert client.get(f"/admin/feedback/inspect/{given.pk}/").status_code == 200
    page = client.get("/admin/feedback/?unanswered=true")
    assert list(page.context["object_list"]) == []


def test_the_log_can_be_filtered_and_taken_along(as_administrator):
    make.staff(Role.AUTHOR)
    page = as_administrator.get("/admin/reports/role-changes/?move=removed")
    assert list(page.context["object_list"]) == []

    export = as_administrator.get("/admin/reports/role-changes/?export=csv")

    rows = b"".join(export.streaming_content).decode().splitlines()
    assert len(rows) == 1 + RoleChange.objects.count()


def test_the_log_that_is_taken_along_runs_nothing(as_administrator):
    author = make.staff(Role.AUTHOR)
    User.objects.filter(pk=author.pk).update(name='=HYPERLINK("http:evil","x")')

    export = as_administrator.get("/admin/reports/role-changes/?export=csv")

    text = export.getvalue().decode()
    assert text.startswith('\ufeff"')
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[1] for row in rows if "HYPER" in row[1]] == ['\'=HYPERLINK("http:evil","x")']
