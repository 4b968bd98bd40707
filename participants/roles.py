"""What each role may do at the editor's desk.

Rights are granted after every `migrate`, when all permissions exist: nothing here depends on the
order of migrations. Granting only adds. A right that an administrator gave a group by hand stays;
a right of this table that they took away comes back with the next `migrate`, so own wishes belong
into own groups. A right of an app that is not installed is left out.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

from participants.states import Role, translated_languages, translator_group

DESK = "wagtailadmin.access_admin"
# Wagtail asks for the rights to its own models, whichever custom model the site uses.
TRANSLATE = "wagtail_localize.submit_translation"
FILES = ("wagtailimages.{}_image", "wagtaildocs.{}_document", "wagtailmedia.{}_media")


def _all_of(model: str, *moves: str) -> list[str]:
    app, name = model.split(".")
    return [f"{app}.{move}_{name}" for move in moves or ("view", "add", "change", "delete")]


PEOPLE = _all_of("participants.user", "view", "add", "change")
ORGANISATIONS = _all_of("participants.organisation", "view", "add", "change")
RIGHTS_OF_PEOPLE = [
    *_all_of("participants.datarequest", "view", "add", "change"),
    *_all_of("participants.retentionrun", "view"),
]
FEEDBACK = _all_of("participants.feedback", "view", "change")

RIGHTS: dict[Role, list[str]] = {
    Role.PARTICIPANT: [],
    Role.AUTHOR: [DESK],
    Role.REVIEWER: [DESK],
    Role.PUBLISHER: [DESK, TRANSLATE, *_all_of("home.topic", "view")],
    Role.TRANSLATOR: [DESK],
    Role.FACILITATOR: [],
    Role.COORDINATOR: [
        DESK,
        *ORGANISATIONS,
        *_all_of("participants.membership", "view", "change"),
        *_all_of("participants.profile", "view"),
        *FEEDBACK,
    ],
    Role.HOST: [],
    Role.PARTNERSHIP_STAFF: [DESK, *_all_of("participants.organisation", "view"), *FEEDBACK],
    Role.DATA_PROTECTION_OFFICER: [
        DESK,
        *_all_of("participants.user", "view"),
        *_all_of("participants.rolechange", "view"),
        *_all_of("participants.consent", "view"),
        *RIGHTS_OF_PEOPLE,
        *FEEDBACK,
    ],
    Role.SAFEGUARDING_OFFICER: [],
    Role.ADMINISTRATOR: [
        DESK,
        TRANSLATE,
        *PEOPLE,
        *ORGANISATIONS,
        *_all_of("participants.organisation", "delete"),
        *_all_of("participants.membership", "view", "change"),
        *_all_of("participants.profile", "view"),
        *_all_of("participants.rolechange", "view"),
        *RIGHTS_OF_PEOPLE,
        *FEEDBACK,
        *_all_of("participants.feedback", "delete"),
        *_all_of("home.topic"),
        *_all_of("home.sitesettings", "change"),
        *_all_of("wagtailcore.collection", "add", "change", "delete"),
        *_all_of("wagtailcore.workflow", "add", "change", "delete"),
        *_all_of("wagtailcore.task", "add", "change", "delete"),
        *_all_of("wagtailcore.groupapprovaltask", "add", "change", "delete"),
        *_all_of("wagtailredirects.redirect"),
    ],
}

# On the root of the page tree. "add" lets people edit what they own, "change" everything.
PAGES: dict[Role, tuple[str, ...]] = {
    Role.AUTHOR: ("add",),
    Role.REVIEWER: ("change",),
    Role.PUBLISHER: ("add", "change", "publish", "lock", "unlock"),
    Role.ADMINISTRATOR: ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
}

# On the root of the collections.
COLLECTIONS: dict[Role, tuple[str, ...]] = {
    Role.AUTHOR: ("add", "choose"),
    Role.REVIEWER: ("choose",),
    Role.PUBLISHER: ("add", "change", "choose"),
    Role.ADMINISTRATOR: ("add", "change", "choose"),
}

# Of the group of one language: the pages are those below that language's home page.
TRANSLATOR_RIGHTS = [DESK, TRANSLATE]
TRANSLATOR_PAGES = ("add", "change", "publish")
TRANSLATOR_COLLECTIONS = ("add", "choose")


def grant(role: Role, *rights: str) -> None:
    """An app above adds rights to its own models: in `ready()`, as "courses.view_courserun"."""
    RIGHTS[role].extend(right for right in rights if right not in RIGHTS[role])


def after_migrate(
    sender: Any, using: str, verbosity: int = 1, plan: Any = None, **kwargs: Any
) -> None:
    """Hears the last app of a `migrate`, when the permissions of all others exist."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender == last and using == "default":
        create_permissions(last, verbosity=0, using=using)
        sync_roles()


def sync_roles() -> None:
    """Makes the groups and grants what the tables above say. Harmless when repeated."""
    from django.contrib.auth.models import Group

    languages = {code: translator_group(code) for code in translated_languages()}
    names = [*Role.values, *languages.values()]
    Group.objects.bulk_create([Group(name=name) for name in names], ignore_conflicts=True)
    groups = _groups(names)
    _grant_models(groups)
    _grant_pages(groups)
    _grant_collections(groups)
    sync_translators()


def sync_translators() -> None:
    """Gives the group of each language its rights on that language's home page, once there is one.
    Harmless when repeated."""
    from wagtail.models import GroupPagePermission

    from home.models import HomePage

    known = _permissions(["wagtailcore.add_page"])
    languages = {code: translator_group(code) for code in translated_languages()}
    groups = _groups(languages.values())
    homes = HomePage.objects.filter(locale__language_code__in=languages)
    GroupPagePermission.objects.bulk_create(
        [
            GroupPagePermission(
                group=groups[languages[language]],
                page_id=page_id,
                permission=known[f"wagtailcore.{move}_page"],
            )
            for page_id, language in homes.values_list("pk", "locale__language_code")
            if languages[language] in groups
            for move in TRANSLATOR_PAGES
        ],
        ignore_conflicts=True,
    )


def _groups(names: Iterable[str]) -> dict[str, Any]:
    from django.contrib.auth.models import Group

    return {group.name: group for group in Group.objects.filter(name__in=list(names))}


def _permissions(wanted: Iterable[str]) -> dict[str, Any]:
    from django.contrib.auth.models import Permission

    labels = {name.split(".")[0] for name in wanted}
    found = Permission.objects.filter(content_type__app_label__in=labels).select_related(
        "content_type"
    )
    return {f"{p.content_type.app_label}.{p.codename}": p for p in found}


def _grant_models(groups: dict[str, Any]) -> None:
    wanted = {role.value: rights for role, rights in RIGHTS.items()}
    wanted |= {translator_group(code): TRANSLATOR_RIGHTS for code in translated_languages()}
    known = _permissions({right for rights in wanted.values() for right in rights})
    for name, rights in wanted.items():
        groups[name].permissions.add(*[known[right] for right in rights if right in known])


def _grant_pages(groups: dict[str, Any]) -> None:
    from wagtail.models import GroupPagePermission, Page

    root = Page.get_first_root_node()
    if root is None:
        return
    known = _permissions(["wagtailcore.add_page"])
    GroupPagePermission.objects.bulk_create(
        [
            GroupPagePermission(
                group=groups[role.value], page=root, permission=known[f"wagtailcore.{move}_page"]
            )
            for role, moves in PAGES.items()
            for move in moves
        ],
        ignore_conflicts=True,
    )


def _grant_collections(groups: dict[str, Any]) -> None:
    from wagtail.models import Collection, GroupCollectionPermission

    root = Collection.get_first_root_node()
    if root is None:
        return
    known = _permissions(FILES)
    moves_of = {role.value: moves for role, moves in COLLECTIONS.items()}
    moves_of |= {translator_group(code): TRANSLATOR_COLLECTIONS for code in translated_languages()}
    wanted = [
        (name, known.get(right.format(move)))
        for name, moves in moves_of.items()
        for move in moves
        for right in FILES
    ]
    GroupCollectionPermission.objects.bulk_create(
        [
            GroupCollectionPermission(group=groups[name], collection=root, permission=permission)
            for name, permission in wanted
            if permission is not None
        ],
        ignore_conflicts=True,
    )
