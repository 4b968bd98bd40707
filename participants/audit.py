"""Every change of role is written down, whichever way it is made: a form of the editor's desk, a
bulk action, a command, a shell. Django's signals for groups and for saving are heard here."""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from participants.states import SUPERUSER, RoleMove

_acting: ContextVar[Callable[[], Any]] = ContextVar("acting", default=lambda: None)
_moves = {
    "post_add": RoleMove.ADDED,
    "pre_remove": RoleMove.REMOVED,
    "pre_clear": RoleMove.REMOVED,
}


@contextmanager
def acting(person: Callable[[], Any]):
    """Inside this block changes of role are written down as done by this person. A callable, so
    that a request without such a change never asks who is there."""
    token = _acting.set(person)
    try:
        yield
    finally:
        _acting.reset(token)


def log(person_ids: Iterable[int], roles: Iterable[str], move: RoleMove) -> None:
    from participants.models import RoleChange

    by = _acting.get()()
    by_id = by.pk if by is not None and by.is_authenticated else None
    RoleChange.objects.bulk_create(
        RoleChange(person_id=person, role=role, move=move, by_id=by_id)
        for person in person_ids
        for role in roles
    )


def update_logged(queryset: Any, update: Callable[..., int], fields: dict) -> int:
    """A bulk update of `is_superuser`, with a row for each person for whom it changes something."""
    with transaction.atomic():
        before = dict(queryset.order_by().values_list("pk", "is_superuser"))
        count = update(**fields)
        people = queryset.model._base_manager.filter(pk__in=before)
        after = dict(people.values_list("pk", "is_superuser"))
        for move, now in ((RoleMove.ADDED, True), (RoleMove.REMOVED, False)):
            changed = [pk for pk, had in before.items() if had != now and after.get(pk) == now]
            log(changed, [SUPERUSER], move)
    return count


def connect() -> None:
    from participants.models import User

    m2m_changed.connect(groups_changed, sender=User.groups.through, dispatch_uid="audit.groups")
    pre_delete.connect(group_deleted, sender=Group, dispatch_uid="audit.group")
    pre_save.connect(remember_access, sender=User, dispatch_uid="audit.before_save")
    post_save.connect(access_changed, sender=User, dispatch_uid="audit.save")


def groups_changed(
    sender: type[Model],
    instance: Any,
    action: str,
    reverse: bool,
    pk_set: set[int] | None,
    **kwargs: Any,
) -> None:
    """`user.groups.add(…)`, and the same from the group's side with `reverse`."""
    if action not in _moves:
        return
    if action != "post_add":  # what is taken away must have been there
        related = instance.user_set if reverse else instance.groups
        there = set(related.values_list("pk", flat=True))
        pk_set = there if action == "pre_clear" else there & (pk_set or set())
    if not pk_set:
        return
    if reverse:
        log(pk_set, [instance.name], _moves[action])
    else:
        names = Group.objects.filter(pk__in=pk_set).order_by("name").values_list("name", flat=True)
        log([instance.pk], list(names), _moves[action])


def group_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    log(list(instance.user_set.values_list("pk", flat=True)), [instance.name], RoleMove.REMOVED)


def remember_access(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """What the database says, not what the instance was loaded with: that may be old."""
    if _writes_access(kwargs):
        stored = sender._base_manager.filter(pk=instance.pk).values_list("is_superuser", flat=True)
        instance._had_full_access = bool(stored.first())


def access_changed(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    if not _writes_access(kwargs):
        return
    had, has = instance._had_full_access, instance.is_superuser
    if had != has:
        log([instance.pk], [SUPERUSER], RoleMove.ADDED if has else RoleMove.REMOVED)


def _writes_access(save: dict) -> bool:
    fields = save.get("update_fields")
    return not save.get("raw") and (fields is None or "is_superuser" in fields)
