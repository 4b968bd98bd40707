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
        _know_mentorships()
        page_published.connect(_published, dispatch_uid="mentoring.published")


def _published(sender, instance, **kwargs):
    """A page that is published for the first time brings its record along, as a draft."""
    from mentoring import actions
    from mentoring.models import CallPage, ProgrammePage

    if sender is ProgrammePage:
        actions.know_programme(instance)
    elif sender is CallPage:
        actions.know_call(instance)


def _know_mentorships():
    """What mentorships have elsewhere: sweeps, dates, statements, periods, the officer's way in."""
    from credentials import permissions as of_credentials
    from mentoring import actions, permissions, retention
    from mentoring.models import Match
    from mentoring.querysets import STATEMENT_SUBJECTS
    from participants import roles, sweeps
    from schedule import sources

    sweeps.register("mentoring checkpoints", actions.remind_of_checkpoints)
    sweeps.register("mentoring periods", actions.follow_periods)
    sweeps.register("mentoring quiet pairs", actions.look_after_quiet)
    sweeps.register("mentoring statements", actions.issue_missing_statements)
    sources.register(actions.DATES, actions.path_of_date)
    retention.register_all()
    for subject in STATEMENT_SUBJECTS.values():
        of_credentials.register(subject, lambda user: Match.objects.in_reach_of(user).values("pk"))
    roles.grant(Role.SAFEGUARDING_OFFICER, roles.DESK, permissions.CONCERNS)
