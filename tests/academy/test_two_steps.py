"""A migration that the version before it would stumble over is named, unless it says it is safe."""

import sys
import types

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tools import two_steps


def state() -> ProjectState:
    made = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=100)),
        ("note", models.TextField(null=True)),
    ]
    made.add_model(ModelState("courses", "Thing", fields))
    return made


def words(*operations) -> list[str]:
    return list(two_steps.dangers("courses", state(), list(operations)))


ONCE = models.UniqueConstraint(fields=["title"], name="once")
TITLE = models.CharField(max_length=100)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.RemoveField("Thing", "note"), "Thing.note goes"),
        (migrations.DeleteModel("Thing"), "Thing goes"),
        (migrations.RenameField("Thing", "note", "notes"), "Thing.note gets another name"),
        (migrations.RenameModel("Thing", "Item"), "the table of Thing gets another name"),
        (migrations.AlterModelTable("Thing", "other"), "the table of Thing gets another name"),
        (migrations.AddConstraint("Thing", ONCE), "once refuses"),
        (
            migrations.AddField("Thing", "more", models.CharField(max_length=9, default="")),
            "Thing.more must have a value",
        ),
        (
            migrations.AddField("Thing", "at", models.DateTimeField(), preserve_default=False),
            "Thing.at must have a value",
        ),
        (migrations.AlterField("Thing", "note", models.TextField()), "Thing.note may not be null"),
        (
            migrations.AlterField("Thing", "title", models.CharField(max_length=50)),
            "Thing.title gets shorter",
        ),
        (
            migrations.AlterField("Thing", "title", models.IntegerField()),
            "Thing.title becomes another type",
        ),
        (
            migrations.AlterField("Thing", "title", models.CharField(max_length=100, unique=True)),
            "Thing.title becomes unique",
        ),
    ],
)
def test_what_the_old_code_would_stumble_over_is_named(operation, said):
    (found,) = words(operation)
    assert found.startswith(said)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("Thing", "more", models.TextField(null=True)),
        migrations.AddField("Thing", "more", models.TextField(default="", db_default="")),
        migrations.AlterField("Thing", "title", models.CharField(max_length=200, blank=True)),
        migrations.AlterField("Thing", "title", models.CharField("name", max_length=100)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("Thing", models.Index(fields=["title"], name="by_title")),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.RemoveConstraint("Thing", "once"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_the_old_code_does_not_notice_passes(operation):
    before = state()
    before.models["courses", "thing"].options["constraints"] = [ONCE]
    assert list(two_steps.dangers("courses", before, [operation])) == []


def test_a_table_that_is_new_may_be_changed_in_the_migration_that_makes_it():
    new = migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])
    assert words(new, migrations.AddField("Other", "title", TITLE)) == []


def test_what_only_the_state_forgets_is_no_danger():
    forget = migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveField("Thing", "note")]
    )
    drop = migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RemoveField("Thing", "note")]
    )
    assert words(forget) == []
    assert [found.split(",")[0] for found in words(drop)] == ["Thing.note goes"]


@pytest.fixture
def newer(monkeypatch):
    """A migration of tomorrow, on disk as it were."""

    class Migration(migrations.Migration):
        operations = [migrations.RemoveField("Thing", "note")]

    module = types.ModuleType("courses.migrations.9999_tomorrow")
    Migration.__module__ = module.__name__
    monkeypatch.setitem(sys.modules, module.__name__, module)

    class Loader:
        def __init__(self, connection):
            old = MigrationLoader.__new__(MigrationLoader)
            self.disk_migrations = {
                ("courses", "0001_initial"): old,
                ("courses", "9999_tomorrow"): Migration("9999_tomorrow", "courses"),
                ("wagtailcore", "9999_theirs"): old,
            }

        def project_state(self, nodes, at_end):
            assert at_end is False
            return state()

    monkeypatch.setattr("django.db.migrations.loader.MigrationLoader", Loader)
    return module


def test_a_migration_that_says_it_is_the_second_step_passes(newer):
    said = "courses.9999_tomorrow: Thing.note goes, and the old code still reads it"
    assert two_steps.faults() == [said]
    newer.SECOND_STEP = " "
    assert two_steps.faults() == [said]
    newer.SECOND_STEP = "0.4 reads it no more"
    assert two_steps.faults() == []


@pytest.mark.django_db
def test_all_that_are_there_pass():
    assert two_steps.faults() == []
