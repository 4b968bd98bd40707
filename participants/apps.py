from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ParticipantsConfig(AppConfig):
    name = "participants"

    def ready(self):
        from participants import audit, register, roles, sweeps
        from participants.actions import mail_unsent_feedback

        audit.connect()
        register.register_all()
        sweeps.register("feedback", mail_unsent_feedback)
        post_migrate.connect(roles.after_migrate, dispatch_uid="participants.roles")
