"""Many rows at once: pages with their own fields, and whatever fits a COPY."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

PARENT_FIELDS = [field.attname for field in Page._meta.local_concrete_fields]


def add_pages(parent: Page, pages: Sequence[Page], first: int = 1) -> None:
    """Children of a page that has `first - 1` of them, live, in this order."""
    now = timezone.now()
    for at, page in enumerate(pages, start=first):
        page.path = Page._get_path(parent.path, parent.depth + 1, at)
        page.depth = parent.depth + 1
        page.url_path = f"{parent.url_path}{page.slug}/"
        page.draft_title = page.title
        page.live, page.has_unpublished_changes = True, False
        page.first_published_at = page.last_published_at = now
        page.locale_id = parent.locale_id
        page.content_type = ContentType.objects.get_for_model(type(page))
    rows = [Page(**{name: getattr(page, name) for name in PARENT_FIELDS}) for page in pages]
    for page, row in zip(pages, Page.objects.bulk_create(rows), strict=True):
        page.pk = page.page_ptr_id = page.id = row.pk
    for model in {type(page) for page in pages}:
        same = [page for page in pages if type(page) is model]
        fields = model._meta.local_concrete_fields
        model._base_manager._insert(same, fields=fields, using="default")
    parent.numchild = first - 1 + len(pages)
    Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild)


def copy(table: str, columns: str, rows: Iterable[Sequence]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def rows(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def renumber(*tables: str) -> None:
    """Sequences go on after what was given a number here."""
    for table in tables:
        sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )


@contextmanager
def bare(*tables: str) -> Iterator[None]:
    """Without indexes and foreign keys, which are made in one go afterwards: and then checked."""
    keys, indexes = [], []
    for table in tables:
        keys += rows(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u') "
            "ORDER BY contype DESC",
            table,
        )
    for table, name, _definition in keys:
        sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in tables:
        indexes += rows(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass AND NOT indisprimary",
            table,
        )
    for name, _definition in indexes:
        sql(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        sql(definition)
    for table, name, definition in keys:
        sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
