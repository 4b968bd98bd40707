from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self):
        from allauth.account.signals import (
            email_confirmed,
            password_changed,
            password_reset,
            password_set,
        )

        from home.publishing import publish_scheduled
        from participants import audit, privacy, register, roles, sweeps
        from participants.actions import forget_old_devices, mail_unsent_feedback, sweep_notices

        audit.connect()
        email_confirmed.connect(address_confirmed, dispatch_uid="participants.address")
        for changed in (password_changed, password_set, password_reset):
            changed.connect(new_password, dispatch_uid="participants.password")
        register.register_all()
        _register_notices()
        privacy.register_all()
        sweeps.register("feedback", mail_unsent_feedback)
        sweeps.register("devices", forget_old_devices)
        sweeps.register("notices", sweep_notices)
        sweeps.register("pages with a date", publish_scheduled)
        post_migrate.connect(roles.after_migrate, dispatch_uid="participants.roles")
        post_save.connect(_home_page_saved, dispatch_uid="participants.home_page")


def _register_notices():
    from participants import notices
    from participants.states import NoticeTopic

    notices.register(
        "participants.sign-in",
        topic=NoticeTopic.ACCOUNT,
        subject=_("New sign-in to your account"),
        text=_(
            "Somebody signed in to your account on a device that we did not know: %(device)s,"
            " on %(time)s. If it was you, do nothing. If it was not you, set a new password:"
            " that signs everybody else out. Then sign out every device that you do not know."
        ),
        action=_("See where you are signed in"),
        url=lambda facts: reverse("participants:devices"),
    )


def _home_page_saved(sender, created, raw=False, **kwargs):
    """The translators of a language get their rights with its home page."""
    from home.models import HomePage
    from participants import roles

    if sender is HomePage and created and not raw:
        roles.sync_translators()


def address_confirmed(request, email_address, **kwargs):
    from allauth.account.internal.flows.login import get_authentication_records

    from participants.actions import forget_unproven_password

    proofs = get_authentication_records(request, email_address.user)
    if any(proof["method"] == "code" for proof in proofs):
        forget_unproven_password(email_address.user)


def new_password(request, user, **kwargs):
    """Everywhere else the old one has let somebody in, who is signed out now."""
    from participants.actions import end_other_devices
    from participants.browsers import record_sign_in

    if request.user == user:
        record_sign_in(request, user, is_first=True)
    end_other_devices(user.pk, request.session.session_key or "")
