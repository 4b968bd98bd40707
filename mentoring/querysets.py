"""Every question asked of mentoring's rows."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest

from mentoring import permissions, rules
from mentoring.states import (
    BEGUN,
    CLOSED_CONCERNS,
    HOLDING,
    IN_POOL,
    OFFERS,
    OPEN_SESSIONS,
    ApplicationState,
    CallState,
    CheckpointState,
    MatchState,
    RunState,
    SessionState,
)

STAGES = ("handed_in", "accepted", "offered", "began", "completed")


def _stages():
    """Conditional counts of applications, each stage of those of the one before."""
    matches = apps.get_model("mentoring", "Match").objects.filter(
        Q(mentee=models.OuterRef("pk")) | Q(mentor=models.OuterRef("pk"))
    )
    offered = Q(models.Exists(matches))
    conditions = {
        "handed_in": Q(submitted_at__isnull=False),
        "accepted": Q(state__in=IN_POOL) | offered,
        "offered": offered,
        "began": Q(models.Exists(matches.filter(began_at__isnull=False))),
        "completed": Q(models.Exists(matches.filter(state=MatchState.COMPLETED))),
    }
    return {
        f"at_{name}": models.Count("pk", filter=condition) for name, condition in conditions.items()
    }


class ProgrammeQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """The programmes that this person coordinates."""
        return self.filter(permissions.in_reach(user, "pk"))


class CallQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        return self.filter(permissions.in_reach(user, "programme"))

    def open_at(self, now):
        return self.filter(state=CallState.OPEN, opens_at__lte=now, closes_at__gt=now)

    def public(self):
        """Calls that visitors are told of, also when nobody can apply any more."""
        return self.exclude(state=CallState.DRAFT)


class ApplicationQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        """What coordinators read: never drafts, which are the applicant's own."""
        reach = permissions.in_reach(user, "call__programme")
        return self.filter(reach).exclude(state=ApplicationState.DRAFT).handed_in()

    def handed_in(self):
        return self.filter(submitted_at__isnull=False)

    def of(self, user):
        return self.filter(person=user)

    def for_desk(self):
        """With all that a list of people shows."""
        return self.select_related("person", "organisation", "call")

    def named(self, words):
        """Whose name, e-mail address or organisation contains these words."""
        return self.filter(
            Q(person__name__icontains=words)
            | Q(person__email__icontains=words)
            | Q(organisation__name__icontains=words)
        )

    def with_conflicts_to_look_at(self):
        from mentoring.models import Conflict

        return self.filter(pk__in=Conflict.objects.to_look_at().values("application"))

    def counted(self):
        """How many are at each of `STAGES`, or came past it."""
        found = self.aggregate(**_stages())
        return tuple(found[f"at_{name}"] for name in STAGES)

    def counted_by(self, field):
        """The same by each value of a field; no value and an empty one are alike."""
        rows = {}
        for row in self.order_by().values(field).annotate(**_stages()):
            counts = tuple(row[f"at_{name}"] for name in STAGES)
            known = rows.get(row[field] or None, (0,) * len(STAGES))
            rows[row[field] or None] = tuple(map(sum, zip(known, counts, strict=True)))
        return rows

    def in_pool(self):
        """Who may take part in a matching."""
        return self.filter(state__in=IN_POOL, person__isnull=False)


class MatchRunQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        return self.filter(permissions.in_reach(user, "call__programme"))

    def waiting(self):
        return self.filter(state=RunState.DRAFT)


class PairRuleQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(lifted_at__isnull=True)


class MatchQuerySet(models.QuerySet):
    def in_reach_of(self, user):
        return self.filter(permissions.in_reach(user, "call__programme"))

    def of(self, user):
        return self.filter(Q(mentee__person=user) | Q(mentor__person=user))

    def holding(self):
        """Those that take a place of the mentor."""
        return self.filter(state__in=HOLDING)

    def still_shown(self, now):
        """What people see among their own: what holds them, and mentorships as long as their space
        can be read."""
        ended = Q(began_at__isnull=False, ended_at__gt=now - settings.MENTORSHIPS_KEPT_FOR)
        return self.filter(Q(state__in=HOLDING) | ended)

    def overdue(self, now):
        """Offers whose time is over."""
        return self.filter(state__in=OFFERS, answer_by__lte=now)

    def begun(self):
        """Those that came about, over or not."""
        return self.filter(state__in=BEGUN, began_at__isnull=False)

    def stirring(self):
        """Those under way, each with its `last_sign`: the latest session held or planned, or when
        it began or went on, whichever is later."""
        from mentoring.models import MatchChange, Session

        went_on = MatchChange.objects.filter(match=OuterRef("pk"), state=MatchState.ACTIVE)
        meetings = [SessionState.PLANNED, SessionState.HELD]
        met = Session.objects.filter(match=OuterRef("pk"), state__in=meetings)
        when = met.order_by("-begins_at").values("begins_at")
        signs = [went_on.order_by("-at").values("at")[:1], when[:1]]
        latest = [Coalesce(Subquery(sign), F("began_at")) for sign in signs]
        return self.filter(state=MatchState.ACTIVE).annotate(last_sign=Greatest(*latest))

    def without_statement(self):
        """Completed ones where a person is there who has not got theirs."""
        from credentials.models import Credential

        open_ones = Q(pk__in=[])
        for side, subject in STATEMENT_SUBJECTS.items():
            issued = Credential.objects.filter(subject=subject).values("subject_id")
            there = Q(**{f"{side}__person__isnull": False})
            open_ones |= there & ~Q(pk__in=issued)
        return self.filter(open_ones, state=MatchState.COMPLETED)


class ConflictQuerySet(models.QuerySet):
    def to_look_at(self):
        """Somebody in an applicant's words, of whom nobody has said yet who that is."""
        gone = [ApplicationState.DRAFT, ApplicationState.WITHDRAWN]
        return self.filter(organisation=None, looked_at=None).exclude(application__state__in=gone)


# A credential is issued once for a row: each of the two has one for their match.
STATEMENT_SUBJECTS = {"mentee": "mentoring.Match/mentee", "mentor": "mentoring.Match/mentor"}


class SessionQuerySet(models.QuerySet):
    def open(self):
        """Still to be agreed, ahead, or waiting to be recorded."""
        return self.filter(state__in=OPEN_SESSIONS)


class CheckpointQuerySet(models.QuerySet):
    def due(self):
        return self.filter(state=CheckpointState.DUE)

    def to_remind(self, today):
        """Those under way whose next reminder has come. `reminded` is a `rules.Reminder`."""
        step = rules.Reminder
        late = Q(reminded__lt=step.COORDINATOR, due_on__lte=today - rules.COORDINATOR_AFTER)
        after = Q(reminded__lt=step.AFTER, due_on__lte=today - rules.AFTER_DUE)
        before = Q(reminded__lt=step.BEFORE, due_on__range=(today, today + rules.BEFORE_DUE))
        return self.due().filter(late | after | before, match__state=MatchState.ACTIVE)


class ConcernQuerySet(models.QuerySet):
    def readable_by(self, user):
        """What a safeguarding officer reads: never about a mentorship of their own, unless they
        raised it. Nobody else reads anything, whatever their rights."""
        if not permissions.is_officer(user):
            return self.none()
        own = Q(match__mentee__person=user) | Q(match__mentor__person=user)
        return self.exclude(own & (~Q(reporter=user) | Q(reporter=None)))

    def open(self):
        return self.exclude(state__in=CLOSED_CONCERNS)
