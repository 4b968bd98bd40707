"""The register of personal data is complete, and answers export and erasure."""

import json
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.utils import translation

from participants.actions import (
    answer_request,
    ask_about_data,
    erase_oneself,
    erase_person,
    export_person,
    give_feedback,
    save_profile,
)
from participants.models import Consent, Feedback, Membership, Profile, User
from participants.personal_data import entries, entry_for, is_about_nobody
from participants.states import Role
from tests.factories import participants as make
from tests.support.people_data import everything

# What such a field says is nearly always about somebody.
PERSONAL_NAMES = {
    *("email", "reply_to", "first_name", "last_name", "full_name", "author_name", "phone"),
    *("address", "bio", "photo", "avatar", "gender", "birth_date", "ip", "user_agent", "note"),
}


def refers_to_people(model: type[models.Model]) -> bool:
    """Points to a person, hangs on a row about one, or has a field that holds something personal.
    What a page holds is its editors' text."""
    return any(_is_personal(field) for field in model._meta.local_concrete_fields)


def _is_personal(field: models.Field) -> bool:
    if field.is_relation:
        owned = field.one_to_one or field.remote_field.on_delete is models.CASCADE
        hangs_on = entry_for(field.related_model) if owned else None
        is_parent = field.remote_field.parent_link
        of_page = field.related_model._meta.label in ("wagtailcore.Page", "wagtailcore.Revision")
        return field.related_model is User or bool(hangs_on and not is_parent and not of_page)
    return (
        isinstance(field, models.EmailField | models.GenericIPAddressField)
        or field.name in PERSONAL_NAMES
        or field.name.endswith(("_email", "_ip", "_address"))
    )


def test_every_model_that_refers_to_people_is_in_the_register():
    """Those of libraries as well: Wagtail and allauth keep names and addresses too."""
    missing = [
        model._meta.label
        for model in apps.get_models(include_auto_created=False)
        if refers_to_people(model) and not entry_for(model) and not is_about_nobody(model)
    ]
    needless = [
        model._meta.label
        for model in apps.get_models()
        if is_about_nobody(model) and not refers_to_people(model)
    ]
    assert needless == []
    assert missing == [], "register them, or say in the app's register why they are about nobody"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.model)
def test_every_field_of_a_registered_model_has_its_place(entry):
    """Whoever adds a field says what it holds about the person, or that it holds nothing."""
    first = {name.split("__")[0] for name in (*entry.fields, entry.person, *entry.or_person)}
    named = first | {*entry.other_people, *entry.not_personal, *entry.secret}
    fields = {f.name for f in entry.model_class._meta.concrete_fields if not f.primary_key}

    assert fields - named == set(), "name them in fields, secret, other_people or not_personal"
    assert {*entry.not_personal, *entry.secret, *entry.other_people} <= fields
    assert set(entry.stays) <= {*entry.fields, *entry.secret}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.model)
def test_nobody_is_called_not_personal(entry):
    people = {
        field.name
        for field in entry.model_class._meta.concrete_fields
        if field.is_relation and field.related_model is User
    }
    assert people <= {entry.person.split("__")[0], *entry.other_people}


@pytest.mark.django_db
def test_every_entry_can_find_its_rows_and_its_fields(person):
    for entry in entries():
        assert isinstance(entry.exported(person), list), entry.model


def test_every_entry_says_why_how_long_and_who_sees_it():
    for entry in entries():
        assert entry.model_class
        assert all(map(str, (entry.purpose, entry.retention, entry.recipients)))
        assert entry.legal_basis


@pytest.mark.django_db
def test_the_export_command_writes_what_is_kept(person, capsys):
    call_command("export_person", person.email)
    assert person.email in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.django_db
def test_the_erase_command_asks_for_a_yes_and_then_leaves_nobody(person):
    with pytest.raises(CommandError):
        call_command("erase_person", str(person.pk))
    assert User.objects.filter(email="ada@example.org").exists()

    call_command("erase_person", str(person.pk), "--yes")

    assert not User.objects.filter(email="ada@example.org").exists()
    assert not User.objects.get(pk=person.pk).is_active


@pytest.mark.django_db
def test_a_person_who_does_not_exist_is_said_in_words():
    with pytest.raises(CommandError, match="no such person"):
        call_command("export_person", "nobody@example.org")


# --- Erasing --------------------------------------------------------------------------------


@pytest.fixture
def ada(person, as_person):
    """Ada has left something of herself everywhere."""
    photo = make.picture()
    with translation.override("en"):
        save_profile(
            person.pk,
            country="BE",
            organisation="Stad Gent",
            answers={"bio": "Housing.", "photo": photo, "alumni_contact": True},
        )
    make.with_second_factor(person)
    person.groups.add(make.group(Role.AUTHOR))
    give = {"message": "Dead link", "page": "/en/", "language": "en"}
    give_feedback(uuid4(), reply_to="", user=person, **give)
    give_feedback(uuid4(), reply_to="Ada@Example.org", **give)
    return person


@pytest.mark.django_db
def test_the_export_holds_what_the_person_gave(ada):
    found = export_person(ada)

    assert {model: len(data["rows"]) for model, data in found.items()} == {
        "participants.User": 1,
        "participants.Profile": 1,
        "participants.Membership": 1,
        "participants.Consent": 2,
        "participants.RoleChange": 1,
        "participants.Feedback": 1,
        "account.EmailAddress": 1,
        "mfa.Authenticator": 1,
    }
    (row,) = found["participants.User"]["rows"]
    assert (row["email"], row["roles"]) == ("ada@example.org", ["Author"])
    assert "JBSWY3DPEHPK3PXP" not in json.dumps(found, default=str)


@pytest.mark.django_db
def test_erasing_leaves_a_row_that_names_nobody(ada, as_person, django_capture_on_commit_callbacks):
    photo = ada.profile.photo
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(ada.pk)

    left = User.objects.get(pk=ada.pk)
    assert (str(left), left.email, left.name) == (
        "Former participant",
        f"erased-{ada.pk}@erased.invalid",
        "",
    )
    assert (left.is_active, left.has_usable_password(), left.groups.count()) == (False, False, 0)
    for model in (Profile, Membership, Consent, EmailAddress, Authenticator, Session):
        assert not model.objects.exists(), model
    assert not photo.storage.exists(photo.name)
    assert (
        list(Feedback.objects.values_list("user", "reply_to", "message"))
        == [(None, "", "Dead link")] * 2
    )
    assert as_person.get("/en/account/profile/").status_code == 302


@pytest.mark.django_db
def test_nothing_anywhere_names_an_erased_person(ada, as_person, client, jobs, settings):
    """After a life on the platform: signed in on two devices, changed by an administrator, asked
    for a copy, warned, and written to by an officer."""
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    as_person.get("/en/account/data/")
    as_person.post("/en/account/data/copy/")
    jobs.run()
    asked = ask_about_data(ada.pk, "correction", "I am Ada Tester")
    answer_request(asked.pk, "done", "Dear Ada Tester", by=None)
    root = Client()
    root.force_login(make.administrator("root@example.org"), backend=make.BACKEND)
    changed = {"name": "Ada Tester", "email": ada.email, "language": "fr", "is_active": "on"}
    root.post(f"/admin/users/edit/{ada.pk}/", changed)
    traces = ("ada@example", "ada tester")
    assert [place for place, words in everything() if any(t in words for t in traces)]

    erase_oneself(ada.pk)
    jobs.run()

    found = [(place, words) for place, words in everything() if any(t in words for t in traces)]
    assert found == []


@pytest.mark.django_db
def test_erasing_twice_changes_nothing(ada):
    first = erase_person(ada.pk).erased_at

    assert erase_person(ada.pk).erased_at == first


@pytest.mark.django_db
def test_an_address_is_free_again_after_erasing(ada):
    erase_person(ada.pk)

    assert make.person("ada@example.org").pk != ada.pk
