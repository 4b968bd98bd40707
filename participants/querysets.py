from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from participants.rules import normalised_name
from participants.states import Channel, MailState, Pace, RequestChannel, RequestKind, Role

SUGGESTIONS = 10
OPENS_DESK = {"permissions__codename": "access_admin"}
# What waited long for its digest, or for a worker, is still tried this often.
FAIR_TRIES = 5
# More than lies between two tries of one mail.
LONGEST_WAIT = timedelta(hours=1)


class UserQuerySet(models.QuerySet):
    def update(self, **fields):
        """Also logs who gets or loses full access, which a bare update would hide."""
        if "is_superuser" not in fields:
            return super().update(**fields)
        from participants import audit

        return audit.update_logged(self, super().update, fields)

    update.alters_data = True

    def for_header(self):
        """What the header of every page says of whoever is signed in: how many notices they have
        not read, whether our mails to them come back, whether a role opens the editor's desk."""
        from participants.models import Notice

        group = self.model._meta.get_field("groups").related_model

        unread = Notice.objects.unread().filter(user=OuterRef("pk")).order_by()
        count = unread.values("user").annotate(count=Count("pk")).values("count")
        return self.annotate(
            unread_notices=Coalesce(Subquery(count), 0),
            unreachable=_goes_nowhere(OuterRef("pk"), OuterRef("email")),
            has_desk=Exists(group.objects.filter(user=OuterRef("pk"), **OPENS_DESK)),
        )

    def unreachable(self):
        """Our mails to their present address come back."""
        return self.filter(_goes_nowhere(OuterRef("pk"), OuterRef("email")))

    def absent(self, before: datetime | None = None):
        """With `absent_since`, the last sign-in or the first day; only those before a moment."""
        present = self.filter(erased_at=None)
        found = present.annotate(absent_since=Coalesce("last_login", "date_joined"))
        return found.filter(absent_since__lte=before) if before else found

    def with_roles(self):
        """Whoever has a say beyond their own account, or could give themselves one."""
        return self.filter(
            Q(is_superuser=True)
            | Exists(
                self.model.groups.through.objects.filter(user=OuterRef("pk")).exclude(
                    group__name=Role.PARTICIPANT.value
                )
            )
        )

    def lapsing(self, before: datetime | None = None):
        """Those whose account goes by itself once nobody uses it. People with a role, and closed
        accounts that nobody can sign in to, are left to an officer."""
        return self.absent(before).filter(is_active=True).exclude(pk__in=self.with_roles())

    def left_to_officers(self, before: datetime):
        return self.absent(before).filter(Q(is_active=False) | Q(pk__in=self.with_roles()))

    def with_warnings(self):
        """With the number of warnings of this absence, and the day of the last."""
        from participants.models import InactivityWarning

        of_this = InactivityWarning.objects.filter(
            user=OuterRef("pk"), since=OuterRef("absent_since")
        )
        last = of_this.order_by("-number")
        return self.annotate(
            warnings=Coalesce(Subquery(last.values("number")[:1]), 0),
            warned_at=Subquery(last.values("at")[:1]),
        )

    def unconfirmed(self, before: datetime):
        """Signed up by themselves, and never confirmed their address."""
        return (
            self.filter(erased_at=None, last_login=None, date_joined__lte=before)
            .exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
            .exclude(emailaddress__verified=True)
            .exclude(pk__in=self.with_roles())
        )

    def administrators(self):
        """Full access does an administrator's work as well."""
        return self.filter(
            Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR.value)
        ).distinct()


class OrganisationQuerySet(models.QuerySet):
    def current(self):
        """Without the signposts that merges left behind."""
        return self.filter(merged_into=None)

    def named(self, name: str, country: str):
        return self.filter(country=country, normalised_name=normalised_name(name))

    def suggested_for(self, text: str, country: str = ""):
        """At most ten whose name has a word that begins like the text, in a stable order."""
        wanted = normalised_name(text)
        if len(wanted) < 2:
            return self.none()
        found = self.current().filter(
            Q(normalised_name__startswith=wanted) | Q(normalised_name__contains=f" {wanted}")
        )
        if country:
            found = found.filter(country=country)
        return found.order_by("normalised_name", "pk")[:SUGGESTIONS]


class FeedbackQuerySet(models.QuerySet):
    def unmailed(self, *, older_than: timedelta = timedelta(0), now: datetime | None = None):
        """Whose mail was promised and not sent."""
        before = (now or timezone.now()) - older_than
        return self.filter(mailed_at=None, created_at__lte=before)


class DeviceQuerySet(models.QuerySet):
    def signed_in(self, now: datetime | None = None):
        return self.filter(session__expire_date__gt=now or timezone.now())

    def signed_out(self, now: datetime | None = None):
        return self.filter(
            Q(session=None) | Q(session__expire_date__lte=now or timezone.now()),
        )

    def forgotten(self, kept: timedelta, now: datetime | None = None):
        """Signed out, and not seen for as long as devices are kept."""
        now = now or timezone.now()
        return self.signed_out(now).filter(last_seen_at__lte=now - kept)


def held_by_nobody(now: datetime, claim: timedelta) -> Q:
    """Claimed by no worker, or by one that has held it too long to be alive. A claim that lies well
    ahead is one of a wrong clock, and holds nobody up."""
    return Q(claimed_at=None) | Q(claimed_at__lte=now - claim) | Q(claimed_at__gt=now + claim)


class NoticeQuerySet(models.QuerySet):
    def on_site(self):
        return self.filter(channel=Channel.PRODUCT)

    def unread(self):
        return self.on_site().filter(read_at=None)

    def waiting(self):
        """Mails that are still to be sent."""
        return self.filter(channel=Channel.MAIL, state=MailState.WAITING)

    def due(self, now: datetime):
        """Mails to send now: at once or as a digest, to addresses that take mails, and held by no
        worker, or by one that has held it too long to be alive."""
        free = held_by_nobody(now, settings.NOTICE_CLAIM)
        # None waits longer than that: a wrong clock said so.
        its_time = Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_WAIT)
        due = self.waiting().filter(free, its_time, pace=Pace.AT_ONCE, digest=None)
        return due.exclude(_goes_nowhere(OuterRef("user"), OuterRef("user__email")))

    def due_for_digest(self, now: datetime):
        """What the next digest of a person tells."""
        return self.waiting().filter(
            pace__in=[Pace.DAILY, Pace.WEEKLY], digest=None, due_at__lte=now
        )

    def hopeless(self, now: datetime):
        """Mails that were tried for days, or wait for an address that takes none."""
        old = self.waiting().filter(
            pace=Pace.AT_ONCE, digest=None, created_at__lte=now - settings.NOTICE_GIVE_UP
        )
        return old.filter(
            Q(tries__gte=FAIR_TRIES) | _goes_nowhere(OuterRef("user"), OuterRef("user__email"))
        )


def _goes_nowhere(user: OuterRef, address: OuterRef) -> Exists:
    from participants.models import MailTrouble

    return Exists(MailTrouble.objects.filter(user=user, address=address))


class DataRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)

    def left_to_officers(self, now: datetime):
        """Open ones, without the copies that the worker makes by itself: it has a day for each,
        unless a try failed."""
        from participants.models import DataExport

        failing = DataExport.objects.failing().filter(request=OuterRef("pk"))
        by_worker = Q(kind=RequestKind.EXPORT, channel=RequestChannel.SELF)
        young = Q(received_at__gt=now - timedelta(days=1))
        return self.open().filter(~(by_worker & young) | Exists(failing))

    def by_themselves(self, user, kind: str):
        """What the person asked for on *My data*, not what an officer recorded."""
        return self.filter(user=user, kind=kind, channel=RequestChannel.SELF)


class DataExportQuerySet(models.QuerySet):
    def unmade(self):
        return self.filter(made_at=None)

    def failing(self):
        return self.unmade().filter(failed_at__isnull=False)

    def waiting(self, *, now: datetime, claim: timedelta):
        """Those to make now: nobody is at it, and the last failed try is a while ago."""
        free = held_by_nobody(now, claim)
        rested = Q(failed_at=None) | Q(failed_at__lte=now - claim) | Q(failed_at__gt=now + claim)
        return self.unmade().filter(free, rested)

    def expired(self, now: datetime):
        return self.filter(expires_at__lte=now)

    def visible_to(self, user, now: datetime):
        """A finished copy is handed to the person it is about, and to the officer who made it, for
        as long as they are one."""
        from participants.permissions import can_answer_requests

        made_by = Q(by=user) if can_answer_requests(user) else Q()
        return self.filter(Q(user=user) | made_by, made_at__isnull=False, expires_at__gt=now)
