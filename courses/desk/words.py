"""Changes of an outline, told to editors."""

from django.conf import settings
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CourseManifest


def titles_of(manifests: list[CourseManifest], snapshot=None) -> dict:
    """Titles by item and by module key, the newest last."""
    found: dict = {}
    for manifest in manifests:
        found |= _titles(manifest.modules, ((e.item_id, e.titles) for e in manifest.items.all()))
    if snapshot is not None:
        found |= _titles(snapshot.modules, ((e["item_id"], e["titles"]) for e in snapshot.entries))
    return found


def _titles(modules: list[dict], entries) -> dict:
    found = {module["key"]: _title(module["titles"]) for module in modules}
    return found | {item: _title(titles) for item, titles in entries}


def _title(titles: dict) -> str:
    return titles.get(settings.LANGUAGE_CODE) or next(iter(titles.values()), "")


def change_words(change: rules.Change, titles: dict) -> str:
    known = {
        "lesson": titles.get(change.item, ""),
        # What is in no module stands at the end of the course.
        "module": titles.get(change.module or "") or _("At the end of the course"),
    }
    if change.item is None:
        return {
            "module_added": _("New module: “%(module)s”"),
            "module_removed": _("Module taken out: “%(module)s”"),
            "module_reordered": _("Another place for the module “%(module)s”"),
        }[change.kind] % known
    return {
        "added": _("New: “%(lesson)s”"),
        "removed": _("Taken out: “%(lesson)s”"),
        "moved": _("“%(lesson)s” moved to the module “%(module)s”"),
        "reordered": _("Another place for “%(lesson)s”"),
        "required": _("“%(lesson)s” counts for completing now"),
        "optional": _("“%(lesson)s” is optional now"),
        "length": _("“%(lesson)s” has another length"),
        "parts": _("“%(lesson)s” has other required parts"),
        "text": _("“%(lesson)s” has another text"),
    }[change.kind] % known
