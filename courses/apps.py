from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import pre_delete, pre_save


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self):
        from wagtail.signals import page_published, post_page_move

        from courses import actions, register
        from participants import roles, sweeps
        from participants.states import Role

        register.register_all()
        sweeps.register("courses that changed", actions.bring_up_to_date)
        for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
            roles.grant(role, "courses.view_enrolment", "courses.change_enrolment")
        pre_save.connect(_saving, dispatch_uid="courses.saving")
        pre_delete.connect(_deleting, dispatch_uid="courses.deleting")
        post_page_move.connect(_moved, dispatch_uid="courses.moved")
        page_published.connect(_published, dispatch_uid="courses.published")


def _saving(sender, instance, raw=False, **kwargs):
    from courses import actions
    from courses.models.origins import RemembersOrigin

    if isinstance(instance, RemembersOrigin) and not raw:
        actions.remember_origin(instance)


def _deleting(sender, instance, **kwargs):
    """Deleting a page sends this for each page below it as well, in one transaction."""
    from wagtail.models import Page

    from courses import actions

    if sender is Page:
        actions.refuse_deleting(instance)


def _moved(sender, instance, **kwargs):
    """Translations follow once the move is committed; they are no source, so it ends there."""
    from courses import actions
    from courses.models import LessonPage, ModulePage

    if sender in (LessonPage, ModulePage):
        transaction.on_commit(lambda: actions.follow_source(instance.pk), robust=True)


def _published(sender, instance, **kwargs):
    """An archived page that goes out by another door is back."""
    from django.conf import settings

    from courses import actions
    from courses.models import CoursePage, LessonPage

    is_source = instance.locale.language_code == settings.LANGUAGE_CODE
    if sender in (CoursePage, LessonPage) and is_source:
        actions.published_again(instance.translation_key)
