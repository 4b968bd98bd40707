from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"

    def ready(self):
        from credentials import notices, register
        from participants import roles
        from participants.states import Role

        register.register_all()
        notices.register_all()
        for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
            roles.grant(role, "credentials.view_credential", "credentials.change_credential")
