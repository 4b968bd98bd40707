from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self):
        from allauth.account.signals import email_confirmed

        from home.publishing import publish_scheduled
        from participants import audit, privacy, register, roles, sweeps
        from participants.actions import mail_unsent_feedback

        audit.connect()
        email_confirmed.connect(address_confirmed, dispatch_uid="participants.address")
        register.register_all()
        privacy.register_all()
        sweeps.register("feedback", mail_unsent_feedback)
        sweeps.register("pages with a date", publish_scheduled)
        post_migrate.connect(roles.after_migrate, dispatch_uid="participants.roles")
        post_save.connect(_home_page_saved, dispatch_uid="participants.home_page")


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
