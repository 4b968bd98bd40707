"""What roles may do, and the log of who got which."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupApprovalTask, GroupPagePermission, Page

from participants import audit, roles
from participants.models import RoleChange, User
from participants.states import Role
from tests.factories import courses
from tests.factories import participants as make

pytestmark = pytest.mark.django_db


def log():
    return [
        (c.person.name, c.role, c.move, c.by and c.by.name)
        for c in RoleChange.objects.order_by("pk").select_related("person", "by")
    ]


@pytest.fixture
def ada():
    return User.objects.create_user("ada@example.org", name="Ada")


@pytest.fixture
def author():
    return make.group(Role.AUTHOR)


# --- The log --------------------------------------------------------------------------------


def test_roles_from_the_persons_side_are_logged(ada, author):
    reviewer = make.group(Role.REVIEWER)
    ada.groups.add(author)
    ada.groups.add(author)
    ada.groups.set([reviewer])
    ada.groups.clear()
    ada.groups.clear()

    assert log() == [
        ("Ada", "Author", "added", None),
        ("Ada", "Author", "removed", None),
        ("Ada", "Reviewer", "added", None),
        ("Ada", "Reviewer", "removed", None),
    ]


def test_roles_from_the_groups_side_are_logged(ada, author):
    author.user_set.add(ada)
    author.user_set.remove(ada)
    author.user_set.remove(ada)
    author.user_set.set([ada])
    author.user_set.clear()

    assert [(role, move) for _who, role, move, _by in log()] == [
        ("Author", "added"),
        ("Author", "removed"),
    ] * 2


def test_deleting_a_group_is_logged_for_its_people(ada, author):
    ada.groups.add(author)
    author.delete()

    assert log()[-1] == ("Ada", "Author", "removed", None)


def test_full_access_is_logged_whichever_way_it_comes(ada):
    ada.is_superuser = True
    ada.save()
    ada.save()
    User.objects.filter(pk=ada.pk).update(is_superuser=False)
    User.objects.filter(pk=ada.pk).update(is_superuser=False)
    ada.refresh_from_db()
    ada.is_superuser = True
    ada.save(update_fields=["is_superuser"])
    User.objects.create_superuser("root@example.org", name="Root")

    assert log() == [
        ("Ada", "superuser", "added", None),
        ("Ada", "superuser", "removed", None),
        ("Ada", "superuser", "added", None),
        ("Root", "superuser", "added", None),
    ]


def test_a_save_of_other_fields_is_not_logged(ada):
    ada.is_superuser = True
    ada.save(update_fields=["name"])

    assert log() == []


def test_who_acted_is_logged(ada, author):
    root = make.administrator()
    RoleChange.objects.all().delete()
    with audit.acting(lambda: root):
        ada.groups.add(author)
    ada.groups.remove(author)

    assert log() == [
        ("Ada", "Author", "added", "The administrator"),
        ("Ada", "Author", "removed", None),
    ]


# --- Rights ---------------------------------------------------------------------------------


def test_the_groups_are_the_roles_and_wagtails_own_are_gone():
    languages = {"Translator: fr", "Translator: de", "Translator: el"}
    names = set(Group.objects.values_list("name", flat=True))
    assert names == {*Role.values, *languages}


def test_reviewers_and_publishers_check_what_is_submitted():
    task = GroupApprovalTask.objects.get()

    assert (task.name, sorted(g.name for g in task.groups.all())) == (
        "Review",
        ["Publisher", "Reviewer"],
    )


@pytest.mark.parametrize(
    ("role", "add", "edit_others", "publish"),
    [
        (Role.PARTICIPANT, False, False, False),
        (Role.AUTHOR, True, False, False),
        (Role.REVIEWER, False, True, False),
        (Role.TRANSLATOR, False, False, False),
        (Role.PUBLISHER, True, True, True),
        (Role.COORDINATOR, False, False, False),
        (Role.ADMINISTRATOR, True, True, True),
    ],
)
def test_what_each_role_may_do_with_pages(role, add, edit_others, publish):
    page = Page.objects.filter(depth=2).first()
    may = page.permissions_for_user(make.staff(role))

    assert (may.can_add_subpage(), may.can_edit(), may.can_publish()) == (add, edit_others, publish)


@pytest.mark.parametrize("role", list(Role))
def test_who_reaches_the_desk(client, role, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client.force_login(make.staff(role), backend=make.BACKEND)
    outside = {Role.PARTICIPANT, Role.FACILITATOR, Role.HOST}

    answer = client.get("/admin/")

    assert answer.status_code == (302 if role in outside else 200)
    assert User.objects.get(groups__name=role.value).is_staff is (role not in outside)


@pytest.fixture
def homes():
    """The home pages of all languages."""
    home = courses.site_home()
    french = home.copy_for_translation(courses.locale("fr"))
    return {"en": home, "fr": french, "de": home.copy_for_translation(courses.locale("de"))}


def rights(user, page):
    may = page.permissions_for_user(user)
    return (may.can_add_subpage(), may.can_edit(), may.can_publish())


def test_translators_work_in_their_own_language_only(homes):
    user = make.person(translates=["fr"])

    assert {code: rights(user, page) for code, page in homes.items()} == {
        "en": (False, False, False),
        "fr": (True, True, True),
        "de": (False, False, False),
    }
    assert user.is_staff
    assert user.has_perm("wagtail_localize.submit_translation")


def test_without_a_language_a_translator_reaches_the_desk_and_nothing_else(homes):
    user = make.staff(Role.TRANSLATOR)

    assert user.is_staff
    assert not any(any(rights(user, page)) for page in homes.values())
    assert not user.has_perm("wagtail_localize.submit_translation")


def test_a_language_is_a_role_that_is_logged_and_shown_by_its_name(ada):
    ada.groups.add(Group.objects.get(name="Translator: fr"))

    change = RoleChange.objects.get()
    assert (change.role, change.role_label) == ("Translator: fr", "Translator: Français")


def test_the_persons_form_offers_each_language(client, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client.force_login(make.administrator(), backend=make.BACKEND)
    ada = make.person("ada@example.org", "Ada")
    url = reverse("wagtailusers_users:edit", args=[ada.pk])

    assert "Translator: Français" in client.get(url).content.decode()
    group = Group.objects.get(name="Translator: fr")
    client.post(
        url,
        {
            "name": "Ada",
            "email": ada.email,
            "language": "en",
            "is_active": "on",
            "groups": group.pk,
        },
    )

    assert [g.name for g in ada.groups.all()] == ["Translator: fr"]
    assert log()[-1] == ("Ada", "Translator: fr", "added", "The administrator")


def test_granting_again_adds_nothing_and_takes_nothing_away():
    author = make.group(Role.AUTHOR)
    own = make.group(Role.PUBLISHER).permissions.get(codename="view_topic")
    author.permissions.add(own)
    before = (
        sorted(Group.permissions.through.objects.values_list("group", "permission")),
        GroupPagePermission.objects.count(),
    )

    roles.sync_roles()

    assert before == (
        sorted(Group.permissions.through.objects.values_list("group", "permission")),
        GroupPagePermission.objects.count(),
    )


def test_a_right_that_was_taken_away_comes_back():
    group = make.group(Role.PUBLISHER)
    group.permissions.clear()
    group.page_permissions.all().delete()

    roles.sync_roles()

    assert group.permissions.filter(codename="access_admin").exists()
    assert group.page_permissions.count() == 5
