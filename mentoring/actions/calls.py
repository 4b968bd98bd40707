"""Programmes and calls: their records come with their pages."""

from typing import Any

from django.conf import settings
from django.db import transaction

from mentoring.models import Call, Programme


@transaction.atomic
def know_programme(page: Any) -> Programme | None:
    """The record of a programme's page. The source language names it."""
    return _known(Programme, page, {})


@transaction.atomic
def know_call(page: Any) -> Call | None:
    """The record of a call's page, a draft at first. One that is moved stays with its programme."""
    above = page.get_parent().specific_deferred
    programme, _is_new = Programme.objects.get_or_create(
        key=above.translation_key, defaults={"name": above.title}
    )
    return _known(Call, page, {"programme": programme})


def _known(model: Any, page: Any, first: dict[str, Any]) -> Any:
    if page.alias_of_id is not None:
        return None
    record, _is_new = model.objects.get_or_create(
        key=page.translation_key, defaults={**first, "name": page.title}
    )
    if page.locale.language_code == settings.LANGUAGE_CODE and record.name != page.title:
        record.name = page.title
        record.save(update_fields=["name"])
    return record
