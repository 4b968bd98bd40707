from django.apps import AppConfig
from django.conf import settings


class AcademyConfig(AppConfig):
    name = "academy"

    def ready(self):
        from academy import register
        from courses import permissions
        from mentoring import permissions as of_mentoring
        from participants import roles
        from participants.states import Role

        register.register_all()
        _listen_to_mail_service()
        permissions.register("programmes", _courses_of)
        of_mentoring.register("programmes", _mentoring_of, _coordinators_of_mentoring)
        roles.grant(Role.COORDINATOR, "academy.view_programme")
        roles.grant(
            Role.ADMINISTRATOR,
            *(f"academy.{move}_programme" for move in ("view", "add", "change")),
        )


def _listen_to_mail_service():
    if getattr(settings, "MAIL_SERVICE", ""):
        from anymail.signals import tracking

        from academy.mail import on_event

        tracking.connect(on_event, dispatch_uid="academy.mail")


def _courses_of(user):
    """The courses of the programmes that somebody coordinates."""
    from academy.models import Programme

    return Programme.courses.through.objects.filter(
        programme__in=Programme.objects.of(user)
    ).values("learningitem")


def _mentoring_of(user):
    """The mentoring of the programmes that somebody coordinates."""
    from academy.models import Programme

    return Programme.objects.of(user).filter(mentoring__isnull=False).values("mentoring")


def _coordinators_of_mentoring(programme_id):
    """The people who coordinate one mentoring programme now."""
    from academy.models import Coordination, Programme

    folders = Programme.objects.current().filter(mentoring=programme_id)
    running = Coordination.objects.running().filter(programme__in=folders)
    return running.values_list("person", flat=True)
