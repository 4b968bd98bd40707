"""Whether new migrations let the version before them go on working: `python -m tools.two_steps`.

During an upgrade both versions run over one database. So a column is added in a shape that the old
code can leave out, and goes one release after the code that used it. A migration that is such a
second step says so: SECOND_STEP = "0.4 reads and writes it no more". docs/operations.md, Upgrade.
"""

import os
import sys
from collections.abc import Iterator
from importlib import import_module

from django.db.migrations import operations as kinds
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED

# Those that were there before anything ran that could have been upgraded.
BEFORE = {
    "academy": 1,
    "courses": 6,
    "credentials": 1,
    "home": 2,
    "participants": 8,
    "schedule": 1,
}
MARK = "SECOND_STEP"


def faults() -> list[str]:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    found = []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in BEFORE or int(name[:4]) <= BEFORE[app]:
            continue
        if str(getattr(import_module(migration.__module__), MARK, "")).strip():
            continue
        before = loader.project_state((app, name), at_end=False)
        found += [f"{app}.{name}: {said}" for said in dangers(app, before, migration.operations)]
    return found


def dangers(app: str, state: ProjectState, operations: list[Operation]) -> Iterator[str]:
    """What the old code would stumble over, in words. `state` is the one before; it is changed."""
    new = set()
    for operation in operations:
        if isinstance(operation, kinds.CreateModel):
            new.add(operation.name_lower)
        elif isinstance(operation, kinds.SeparateDatabaseAndState):
            yield from dangers(app, state.clone(), operation.database_operations)
        elif _model(operation) not in new and (said := _danger(app, state, operation)):
            yield said
        operation.state_forwards(app, state)


def _model(operation: Operation) -> str:
    return str(getattr(operation, "model_name_lower", getattr(operation, "name_lower", "")))


def _danger(app: str, state: ProjectState, operation: Operation) -> str:
    if isinstance(operation, kinds.AddField):
        return _of_added(operation)
    if isinstance(operation, kinds.AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        return _of_altered(operation, before)
    if isinstance(operation, kinds.RemoveField):
        return f"{operation.model_name}.{operation.name} goes, and the old code still reads it"
    if isinstance(operation, kinds.DeleteModel):
        return f"{operation.name} goes, and the old code still reads it"
    if isinstance(operation, kinds.RenameField):
        return f"{operation.model_name}.{operation.old_name} gets another name under the old code"
    if isinstance(operation, kinds.RenameModel | kinds.AlterModelTable):
        name = getattr(operation, "old_name", getattr(operation, "name", ""))
        return f"the table of {name} gets another name under the old code"
    if isinstance(operation, kinds.AddConstraint):
        return f"{operation.constraint.name} refuses what the old code may still write"
    return ""


def _of_added(operation: kinds.AddField) -> str:
    """Django's own default is taken out of the table again: only db_default helps the old code."""
    field = operation.field
    if field.many_to_many or field.null or field.db_default is not NOT_PROVIDED:
        return ""
    return (
        f"{operation.model_name}.{operation.name} must have a value, and the old code gives none: "
        "let the database do it (db_default), or allow null"
    )


def _of_altered(operation: kinds.AlterField, before: Field) -> str:
    name, after = f"{operation.model_name}.{operation.name}", operation.field
    if before.null and not after.null:
        return f"{name} may not be null any more, and the old code may still leave it so"
    if before.get_internal_type() != after.get_internal_type():
        return f"{name} becomes another type: the table is locked while it is written anew"
    if (after.max_length or 0) < (before.max_length or 0):
        return f"{name} gets shorter, and the old code may still write more"
    if after.unique and not before.unique:
        return f"{name} becomes unique, and the old code may still write the same twice"
    return ""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.development")
    import django

    django.setup()
    found = faults()
    if found:
        print(*found, sep="\n")
        print(f"Write them in two steps, or say in the migration why it is safe: {MARK} = …")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
