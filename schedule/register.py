"""The personal data of a schedule."""

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from participants.personal_data import LegalBasis, register


def register_all() -> None:
    register(
        "schedule.Entry",
        person="person",
        fields=[
            "source",
            "key",
            "kind",
            "title",
            "description",
            "location",
            "begins_at",
            "ends_at",
            "all_day",
            "time_zone",
            "cancelled_at",
            "changed_at",
        ],
        not_personal=["target", "uid", "sequence"],
        named=_("Your dates"),
        labels={"source": _("Where it comes from")},
        purpose=_("To show somebody their dates, here and in their own calendar"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=format_lazy(
            _("{days} days after the date is over; {fewer} days after it was called off"),
            days=settings.SCHEDULE_KEEP_DAYS,
            fewer=settings.SCHEDULE_KEEP_CANCELLED_DAYS,
        ),
        recipients=_("The person; whoever has the address of their calendar"),
    )
    register(
        "schedule.Feed",
        person="person",
        fields=["number", "made_at"],
        secret=["key"],
        named=_("The address of your calendar"),
        labels={"number": _("How often it was renewed")},
        purpose=_("The secret address under which somebody's calendar fetches their dates"),
        legal_basis=LegalBasis.CONTRACT,
        retention=_("Until the person renews or closes it; at most as long as the account"),
        recipients=_("The person; whoever they give the address to"),
    )
