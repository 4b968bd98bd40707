"""What the platform tells people about their data, and the rules by which data goes by itself.
Registered in `ready()`, beside the register of personal fields."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants import actions, notices, retention, sweeps
from participants.actions import retention as going
from participants.states import NoticeTopic


def register_all() -> None:
    _register_notices()
    _register_rules()
    sweeps.register("copies of personal data", actions.make_waiting_exports)
    sweeps.register("copies that expired", actions.drop_expired_exports)
    sweeps.register("farewells", actions.send_waiting_farewells)
    sweeps.register("retention", actions.sweep_retention)


def _register_notices() -> None:
    notices.register(
        "participants.export_ready",
        topic=NoticeTopic.ACCOUNT,
        subject=_("The copy of the data is ready"),
        text=_("You can fetch it for some days; then we delete it. The page says until when."),
        action=_("Fetch the copy"),
        url=lambda facts: (
            reverse("privacy_request", args=[facts["request"]])
            if facts.get("request")
            else reverse("participants:my_data")
        ),
    )
    notices.register(
        "participants.inactive",
        topic=NoticeTopic.ACCOUNT,
        subject=_("Your account will be erased on %(day)s"),
        text=_(
            "You have not signed in for a long time, so we will erase your account and everything"
            " about you on %(day)s. Your certificates are then withdrawn. To keep it all, sign in"
            " once before that day. If you need it no longer, do nothing."
        ),
        action=_("Sign in and keep my account"),
        url=lambda facts: reverse("dashboard"),
    )
    notices.register(
        "participants.request_received",
        topic=NoticeTopic.ACCOUNT,
        subject=_("Somebody asks about their personal data"),
        text=_("An answer is due within a month."),
        action=_("Open the request"),
        url=lambda facts: reverse("privacy_request", args=[facts["request"]]),
    )
    notices.register(
        "participants.request_extended",
        topic=NoticeTopic.ACCOUNT,
        subject=_("Our answer about your data takes longer"),
        text=_("My data says why, and by when we answer."),
        action=_("Open My data"),
        url=lambda facts: reverse("participants:my_data"),
    )
    notices.register(
        "participants.request_answered",
        topic=NoticeTopic.ACCOUNT,
        subject=_("We have answered your request about your data"),
        text=_("You find the answer on My data."),
        action=_("Read the answer"),
        url=lambda facts: reverse("participants:my_data"),
    )


def _register_rules() -> None:
    retention.register(
        "inactive-warned",
        words=_("Accounts without a sign-in: warned, twice"),
        setting="INACTIVE_WARN_AFTER",
        due=going.absent_to_warn,
        apply=going.warn_absent,
    )
    retention.register(
        "inactive-erased",
        words=_("Accounts without a sign-in: erased, after two warnings"),
        setting="INACTIVE_ERASE_AFTER",
        due=going.absent_to_erase,
        apply=going.erase_absent,
    )
    retention.register(
        "unconfirmed-erased",
        words=_("Sign-ups whose address was never confirmed: erased"),
        setting="UNCONFIRMED_ERASE_AFTER",
        due=going.unconfirmed_due,
        apply=going.erase_unconfirmed,
    )
    retention.register(
        "feedback-unnamed",
        words=_("Answered feedback: name and address forgotten"),
        setting="FEEDBACK_NAMED_FOR",
        due=going.feedback_due,
        apply=going.forget_sender,
    )
    retention.register(
        "requests-unnamed",
        words=_("Answered requests about data: name and words forgotten"),
        setting="DATA_REQUESTS_NAMED_FOR",
        due=going.requests_due,
        apply=going.forget_asker,
    )
