"""Erasing a person, and the mail that says so."""

from datetime import datetime, timedelta
from importlib import import_module

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from home.models import contact_address, site_name
from participants import journal, personal_data
from participants.actions.requests import settle
from participants.jobs import later
from participants.models import DataRequest, Farewell, User
from participants.refusals import Refused
from participants.rules import MONTHS_TO_ANSWER, is_held, months_after
from participants.states import NEVER_VACANT, RequestChannel, RequestKind, role_label

# The sweep leaves the worker this long before it takes a mail over.
GRACE = timedelta(minutes=2)
CLAIM = timedelta(minutes=10)
# A mail server that is down for longer costs the mail, not the promise to forget the address.
FAREWELL_KEPT_FOR = timedelta(days=3)


@transaction.atomic
def erase_oneself(user_id: int, *, now: datetime | None = None) -> User:
    """The person asked for it on *My data*. What is left of the request says when, not who."""
    now = now or timezone.now()
    user = _locked(user_id)
    if user.erased_at is None:
        request = DataRequest.objects.create(
            user=user,
            kind=RequestKind.ERASURE,
            channel=RequestChannel.SELF,
            received_at=now,
            due_at=months_after(now, MONTHS_TO_ANSWER),
        )
        erase_person(user_id, now=now)
        settle(request.pk, now)
        user.refresh_from_db()
    return user


@transaction.atomic
def erase_for_request(request_id: int, *, by: User, now: datetime | None = None) -> DataRequest:
    """The officer does it for somebody who wrote a letter. The request is answered with it."""
    now = now or timezone.now()
    request = DataRequest.objects.get(pk=request_id)
    if request.user_id is None:
        raise Refused("no_person", _("This request names no account. Choose the person first."))
    if not request.is_open:
        raise Refused("answered", _("This request is answered. Record a new one."))
    erase_person(request.user_id, now=now)
    settle(request_id, now)
    DataRequest.objects.filter(pk=request_id).update(answered_by=by)
    request.refresh_from_db()
    return request


@transaction.atomic
def erase_person(user_id: int, *, now: datetime | None = None, farewell: bool = True) -> User:
    """The account stays as a row that names nobody, so that counts and evidence keep standing.

    Everything else goes as each app has registered it; a mail to the confirmed address says so.
    Erasing twice changes nothing. The last person in a role that must not be vacant is refused.
    """
    user = _locked(user_id)
    if user.erased_at:
        return user
    now = now or timezone.now()
    _check_not_the_last(user)
    if farewell:
        _promise_farewell(user, now)
    _forget_traces(user)
    for entry in personal_data.entries():
        entry.erased(user)
    user.email = f"erased-{user.pk}@erased.invalid"
    user.name = ""
    user.language, user.time_zone = "en", "Europe/Brussels"
    user.is_active = user.is_superuser = False
    user.last_login = None
    user.erased_at = now
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    _end_sessions(user)
    transaction.on_commit(lambda: journal.note(user_id, now))
    return user


def erase_again(noted: dict[int, datetime]) -> tuple[int, list[int]]:
    """After a backup was restored: those who were erased since it was made, without a second mail.
    Returns how many, and the numbers of those whom a rule protects.

    A number may belong to somebody else by now: whoever joined after the erasure is left alone.
    """
    back = User.objects.filter(pk__in=noted, erased_at=None).order_by("pk")
    found = [pk for pk, joined in back.values_list("pk", "date_joined") if joined <= noted[pk]]
    refused = []
    for pk in found:
        try:
            erase_person(pk, now=noted[pk], farewell=False)
        except Refused:
            refused.append(pk)
    return len(found) - len(refused), refused


def last_of(user: User) -> list[str]:
    """The roles that nobody would hold any more without this person, as people read them. Full
    access does an administrator's work."""
    held = set(user.groups.values_list("name", flat=True))
    vacant = []
    for role in NEVER_VACANT:
        others = User.objects.filter(is_active=True, erased_at=None).exclude(pk=user.pk)
        if role.value == NEVER_VACANT[0].value:
            holds = user.is_superuser or role.value in held
            others = others.administrators()
        else:
            holds = role.value in held
            others = others.filter(groups__name=role.value)
        if holds and user.is_active and not others.exists():
            vacant.append(role_label(role.value))
    return vacant


def send_farewell(farewell_id: int, *, now: datetime | None = None) -> bool:
    """Sends the mail and forgets the address, in this order: a worker that dies in between sends a
    second one ten minutes later."""
    farewell = _claim(farewell_id, now or timezone.now())
    if farewell is None:
        return False
    _mail(farewell).send()
    farewell.delete()
    return True


def send_waiting_farewells(*, now: datetime | None = None) -> int:
    """The sweep: mails whose message was lost. After three days the address goes anyway."""
    now = now or timezone.now()
    Farewell.objects.filter(created_at__lte=now - FAREWELL_KEPT_FOR).delete()
    waiting = Farewell.objects.filter(created_at__lte=now - GRACE).order_by("pk")
    return sum(send_farewell(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)[:50]))


def _locked(user_id: int) -> User:
    """The person. Of two holders of a rare role who go at once, one waits for the other: the roles
    are locked first, and always all of them."""
    user = User.objects.get(pk=user_id)
    names = [role.value for role in NEVER_VACANT]
    if user.is_superuser or user.groups.filter(name__in=names).exists():
        rare = Group.objects.select_for_update(no_key=True).filter(name__in=names)
        list(rare.order_by("pk"))
    return User.objects.select_for_update().get(pk=user_id)


def _check_not_the_last(user: User) -> None:
    if roles := last_of(user):
        raise Refused(
            "last_in_role",
            _("Nobody else holds this role: %(roles)s. Give it to somebody else first.")
            % {"roles": ", ".join(roles)},
        )


def _promise_farewell(user: User, now: datetime) -> None:
    """To a confirmed address only: the others may be strangers'."""
    confirmed = EmailAddress.objects.filter(user=user, email=user.email, verified=True)
    if confirmed.exists():
        farewell = Farewell.objects.create(
            address=user.email, language=user.language, created_at=now
        )
        later("participants.send_farewell", farewell.pk)


@transaction.atomic
def _claim(farewell_id: int, now: datetime) -> Farewell | None:
    farewell = Farewell.objects.select_for_update().filter(pk=farewell_id).first()
    if farewell is None or is_held(farewell.claimed_at, CLAIM, now):
        return None
    farewell.claimed_at = now
    farewell.save(update_fields=["claimed_at"])
    return farewell


def _mail(farewell: Farewell) -> EmailMessage:
    with override(farewell.language):
        return EmailMessage(
            subject=_t("Your account is erased"),
            body=render_to_string("participants/email/farewell.txt", {"site_name": site_name()}),
            to=[farewell.address],
            reply_to=[contact_address()],
        )


def _forget_traces(user: User) -> None:
    """Wagtail's log names what was changed: the label of an entry about a person's row is often
    their name. Only the words go; that something was done, and by whom, stays."""
    logged = set(ModelLogEntry.objects.order_by().values_list("content_type", flat=True).distinct())
    for entry in personal_data.entries():
        model = entry.model_class
        kind = ContentType.objects.get_for_model(model)
        if kind.pk in logged and (model is User or not entry.is_kept):
            rows = [str(pk) for pk in entry.rows(user).values_list("pk", flat=True)]
            about = ModelLogEntry.objects.filter(content_type=kind, object_id__in=rows)
            about.update(label="", data={})


def _end_sessions(user: User) -> None:
    """The changed password already makes them worthless; what they hold goes as well, also where a
    cache keeps a copy."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = [
        session.session_key
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=keys).delete()
    transaction.on_commit(lambda: [store(key).delete() for key in keys])
