"""The database of the demonstration: brought up to date, or refused in words."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from wagtail.models import Site

from academy.demo import prepare
from academy.demo.preflight import Refusal

pytestmark = pytest.mark.django_db


def test_a_database_of_this_version_is_taken():
    assert prepare.unknown_migrations(MigrationLoader(connection)) == []


@pytest.mark.parametrize(("app", "name"), [("courses", "9999_later"), ("songs", "0001_initial")])
def test_a_newer_or_foreign_database_is_refused_with_what_is_unknown(app, name):
    MigrationRecorder(connection).record_applied(app, name)
    with pytest.raises(Refusal, match=rf"does not know {app} {name}.*move the file away"):
        prepare.migrate()


def test_a_migration_that_was_squashed_since_is_no_reason_to_stop():
    MigrationRecorder(connection).record_applied("wagtailcore", "0002_older_than_the_code")
    assert prepare.unknown_migrations(MigrationLoader(connection)) == []


def test_the_site_follows_the_port_of_this_run(settings):
    settings.PORT = 8123
    prepare.follow_port()
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == ("localhost", 8123)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "no space left"),
        (OSError("database or disk is full"), "no space left"),
        (OSError("database is locked"), "Another program is writing"),
        (OSError("something else"), "prepare.log"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(error, words):
    assert words in str(prepare._refusal_for(error))


def test_the_demonstration_counts_as_changed_when_a_file_does(tmp_path):
    (tmp_path / "a.md").write_text("one")
    first = prepare.demonstration_digest(tmp_path)
    assert prepare.demonstration_digest(tmp_path) == first
    (tmp_path / "a.md").write_text("two")
    assert prepare.demonstration_digest(tmp_path) != first
