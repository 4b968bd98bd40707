from django.db import transaction
from django.db.models.fields.files import FieldFile


def discard_file(file: FieldFile) -> None:
    """Removes a file that no row points to any more, once that is certain."""
    storage, name = file.storage, file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))
