from django.apps import AppConfig
from django.db.models.signals import pre_delete, pre_save


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self):
        from wagtail.signals import copy_for_translation_done, page_published, post_page_move

        from courses import actions, register
        from participants import roles, sweeps
        from participants.states import Role

        register.register_all()
        sweeps.register("courses that changed", actions.bring_up_to_date)
        sweeps.register("certificates", actions.issue_missing)
        sweeps.register("languages that follow", actions.follow_everywhere)
        for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
            roles.grant(role, "courses.view_enrolment", "courses.change_enrolment")
        pre_save.connect(_saving, dispatch_uid="courses.saving")
        pre_delete.connect(_deleting, dispatch_uid="courses.deleting")
        post_page_move.connect(_moved, dispatch_uid="courses.moved")
        copy_for_translation_done.connect(_copied, dispatch_uid="courses.copied")
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


def _moved(sender, instance, parent_page_before, parent_page_after, **kwargs):
    """The only signal of a move by hand, of many pages at once, and of a new order. In whichever
    language it was made: the structure is the source's."""
    from courses import actions
    from courses.models import LessonPage, ModulePage

    if sender in (LessonPage, ModulePage):
        actions.follow_later(parent_page_before, parent_page_after)


def _copied(source_obj, **kwargs):
    """A page that was sent for translation comes last below its parent. Whoever copied it without a
    transaction still works with the copy: that one is left to the sweep."""
    from django.db import connection

    from courses import actions
    from courses.models import LessonPage, ModulePage

    if isinstance(source_obj, LessonPage | ModulePage) and connection.in_atomic_block:
        actions.follow_later(source_obj)


def _published(sender, instance, **kwargs):
    """What is archived and goes out by another door is back; an alias only follows its original."""
    from django.conf import settings

    from courses import actions
    from courses.models import CoursePage, LessonPage

    if sender not in (CoursePage, LessonPage):
        return
    is_source = instance.locale.language_code == settings.LANGUAGE_CODE
    if is_source and instance.alias_of_id is None:
        actions.published_again(instance.translation_key)
    else:
        actions.stays_archived(instance)
