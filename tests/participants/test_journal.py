"""Whoever was erased stays erased when an older backup is restored."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants import journal
from participants.actions import erase_person
from participants.models import Farewell, User
from participants.models.profiles import private_storage
from tests.factories import participants as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(django_capture_on_commit_callbacks):
    """Somebody who is erased and noted."""
    person = make.person("ada@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(person.pk)
    return User.objects.get(pk=person.pk)


def bring_back(person, **fields):
    """As a backup from before does."""
    values = {"email": "ada@example.org", "name": "Ada", "erased_at": None, "is_active": True}
    User.objects.filter(pk=person.pk).update(**values | fields)
    Farewell.objects.all().delete()


def test_the_list_says_a_number_and_a_moment_and_nothing_else(erased):
    assert journal.noted("storage") == {erased.pk: erased.erased_at}
    with private_storage().open(f"erased/{erased.pk}") as file:
        assert file.read().decode() == erased.erased_at.isoformat()


def test_whoever_a_backup_brought_back_is_erased_again_without_a_second_mail(erased, capsys):
    bring_back(erased)
    call_command("erase_again", "storage")
    person = User.objects.get(pk=erased.pk)
    assert (person.email, person.erased_at) == (erased.email, erased.erased_at)
    assert not Farewell.objects.exists()
    assert "Erased again: 1 of 1" in capsys.readouterr().out


def test_erasing_again_twice_changes_nothing(erased, capsys):
    call_command("erase_again", "storage")
    assert "Erased again: 0 of 1" in capsys.readouterr().out


def test_somebody_new_who_got_the_number_of_an_erased_person_is_left_alone(erased):
    bring_back(erased, date_joined=timezone.now())
    call_command("erase_again", "storage")
    assert User.objects.get(pk=erased.pk).erased_at is None


def test_the_last_administrator_is_named_instead_of_erased(erased):
    bring_back(erased, is_superuser=True)
    with pytest.raises(CommandError, match=rf"holds a role of theirs: {erased.pk}\."):
        call_command("erase_again", "storage")
    assert User.objects.get(pk=erased.pk).erased_at is None


def test_a_storage_that_refuses_keeps_nobody_from_being_erased(
    monkeypatch, django_capture_on_commit_callbacks
):
    person = make.person()

    def full(*args, **kwargs):
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.files.storage.FileSystemStorage._save", full)
        with django_capture_on_commit_callbacks(execute=True):
            erase_person(person.pk)
    assert journal.noted("storage") == {}
    assert (journal.note_missing(), journal.note_missing()) == (1, 0)
    assert list(journal.noted("storage")) == [person.pk]


def test_a_place_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("erase_again", str(tmp_path / "nowhere"))
