from django.apps import AppConfig


class AcademyConfig(AppConfig):
    name = "academy"

    def ready(self):
        from academy import register
        from courses import permissions
        from participants import roles
        from participants.states import Role

        register.register_all()
        permissions.register("programmes", _courses_of)
        roles.grant(Role.COORDINATOR, "academy.view_programme")
        roles.grant(
            Role.ADMINISTRATOR,
            *(f"academy.{move}_programme" for move in ("view", "add", "change")),
        )


def _courses_of(user):
    """The courses of the programmes that somebody coordinates."""
    from academy.models import Programme

    return Programme.courses.through.objects.filter(
        programme__in=Programme.objects.of(user)
    ).values("learningitem")
