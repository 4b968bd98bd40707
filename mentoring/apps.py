from django.apps import AppConfig

from participants.states import Role


class MentoringConfig(AppConfig):
    name = "mentoring"

    def ready(self):
        from wagtail.signals import page_published

        from mentoring import actions, notices, permissions, register
        from participants import roles, sweeps

        register.register_all()
        notices.register_all()
        sweeps.register("mentoring offers", actions.expire_overdue)
        sweeps.register("mentoring runs", actions.look_after_runs)
        sweeps.register("mentoring closing dates", actions.remind_of_closing)
        for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
            roles.grant(role, permissions.VIEW, permissions.CHANGE)
            roles.grant(role, "mentoring.view_call", "mentoring.change_call")
        roles.grant(Role.ADMINISTRATOR, permissions.EVERYWHERE)
        for role in (Role.ADMINISTRATOR, Role.PARTNERSHIP_STAFF):
            roles.grant(role, permissions.FIGURES)
        page_published.connect(_published, dispatch_uid="mentoring.published")


def _published(sender, instance, **kwargs):
    """A page that is published for the first time brings its record along, as a draft."""
    from mentoring import actions
    from mentoring.models import CallPage, ProgrammePage

    if sender is ProgrammePage:
        actions.know_programme(instance)
    elif sender is CallPage:
        actions.know_call(instance)
