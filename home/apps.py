from functools import cache

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save

# What a draft changes of a page's row: nothing that visitors see.
DRAFT_FIELDS = {
    "draft_title",
    "expire_at",
    "go_live_at",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "locked",
    "locked_at",
    "locked_by",
}


class HomeConfig(AppConfig):
    name = "home"

    def ready(self):
        from wagtail.signals import copy_for_translation_done, post_page_move

        post_save.connect(_saved, dispatch_uid="home.tree.saved")
        post_delete.connect(_deleted, dispatch_uid="home.tree.deleted")
        post_page_move.connect(_moved, dispatch_uid="home.tree.moved")
        post_delete.connect(_files_left, dispatch_uid="home.files.left")
        copy_for_translation_done.connect(_copied, dispatch_uid="home.translations.copied")
        _make_no_alias_trees()
        _defuse_reports()


def _make_no_alias_trees():
    """wagtail-localize offers to fill a language with live copies of another one. Here the other
    languages fall back to the source, page by page."""
    from wagtail_localize.locales.components import LOCALE_COMPONENTS
    from wagtail_localize.models import LocaleSynchronization

    LOCALE_COMPONENTS[:] = [c for c in LOCALE_COMPONENTS if c["model"] is not LocaleSynchronization]


def _defuse_reports():
    """Wagtail's own reports write names and titles into CSV as they are."""
    from django.utils.encoding import force_str
    from wagtail.admin.views.mixins import SpreadsheetExportMixin as Export

    from home.spreadsheets import defused

    def text(value):
        return defused(force_str(value, strings_only=True))

    Export.custom_value_preprocess[object] = {Export.FORMAT_CSV: text}


def _copied(source_obj, target_obj, **kwargs):
    from wagtail.models import Page

    from home import translations

    if isinstance(target_obj, Page):
        translations.as_draft(source_obj, target_obj)


@cache
def _is_shared_by_all(sender) -> bool:
    """Pages, sites, languages, restrictions, settings, topics, files: what every visitor sees.
    Asked at each save of any row, so the answer for a model is kept."""
    from wagtail.models import Locale, Page, PageViewRestriction, Site

    from home.models import (
        CustomDocument,
        CustomImage,
        CustomMedia,
        MediaTrack,
        SiteSettings,
        Topic,
    )

    files = (CustomDocument, CustomImage, CustomMedia, MediaTrack)

    return issubclass(
        sender, (Page, Site, Locale, PageViewRestriction, SiteSettings, Topic, *files)
    )


def _saved(sender, raw=False, update_fields=None, **kwargs):
    from home import tree

    is_draft = update_fields is not None and set(update_fields) <= DRAFT_FIELDS
    if _is_shared_by_all(sender) and not raw and not is_draft:
        tree.touch()


def _deleted(sender, **kwargs):
    from home import tree

    if _is_shared_by_all(sender):
        tree.touch()


def _moved(**kwargs):
    from home import tree

    tree.touch()


def _files_left(sender, instance, **kwargs):
    """Wagtail clears away a deleted item's main file; the rest of it is ours to clear."""
    from home import actions
    from home.models import CustomMedia, MediaTrack

    if sender is CustomMedia:
        actions.discard_file(instance.other_file)
    elif sender is MediaTrack:
        actions.discard_file(instance.captions)
