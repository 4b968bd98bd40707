"""The register of personal data is complete, and answers export and erasure."""

import json

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models

from participants.models import User
from participants.personal_data import entries, entry_for

NAMES_OF_PERSONAL_FIELDS = {"email", "reply_to", "bio", "photo", "gender", "ip_address"}


def refers_to_people(model: type[models.Model]) -> bool:
    """Points to a person, or has a field that holds something personal."""
    for field in model._meta.local_fields:
        target = field.related_model._meta.label if field.is_relation else None
        if target == settings.AUTH_USER_MODEL or isinstance(field, models.EmailField):
            return True
        if field.name in NAMES_OF_PERSONAL_FIELDS:
            return True
    return False


def own(model: type[models.Model]) -> bool:
    return model._meta.app_config.name in {"home", "participants", "courses", "academy"}


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models(include_auto_created=False) if own(m) and refers_to_people(m)],
    ids=lambda m: m._meta.label,
)
def test_every_model_of_ours_that_refers_to_a_person_is_in_the_register(model):
    # Site settings hold the address of an office, not of a person.
    if model._meta.label == "home.SiteSettings":
        return
    assert entry_for(model) is not None


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
