"""Programmes: who makes them, who coordinates them, and what an archived one still gives."""

import pytest
from django.urls import reverse

from academy.actions import archive_programme, restore_programme, save_programme
from academy.models import Coordination, Programme
from courses.models import LearningItem
from participants.actions import erase_person
from participants.states import Role
from tests.factories import academy as make
from tests.factories import courses
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def course():
    return courses.course()


@pytest.fixture
def coordinator():
    return people.staff(Role.COORDINATOR, "coordinator@example.org")


@pytest.fixture
def administrator(client):
    user = people.staff(Role.ADMINISTRATOR, "administrator@example.org")
    client.force_login(user, backend=people.BACKEND)
    return client


def item_of(page) -> LearningItem:
    return LearningItem.objects.get(key=page.translation_key)


def reach(user) -> list[int]:
    return list(LearningItem.objects.in_reach_of(user).values_list("pk", flat=True))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_an_administrator_makes_a_programme_and_the_log_says_who_gave_the_right(
    administrator, course, coordinator
):
    data = {
        "name": "  Housing   first ",
        "description": "Ωμέγα 😀",
        "courses": [item_of(course).pk],
        "coordinators": [coordinator.pk],
    }
    answer = administrator.post(reverse("programmes:add"), data, follow=True)
    assert answer.status_code == 200
    programme = Programme.objects.get()
    assert (programme.name, reach(coordinator)) == ("Housing first", [item_of(course).pk])
    one = Coordination.objects.get()
    assert (one.person, one.given_by.email) == (coordinator, "administrator@example.org")
    shown = text_of(administrator.get(reverse("programmes:show", args=[programme.pk])))
    assert "given by The Administrator" in shown

    administrator.post(
        reverse("programmes:edit", args=[programme.pk]), data | {"coordinators": []}, follow=True
    )

    one.refresh_from_db()
    assert (one.ended_by.email, reach(coordinator)) == ("administrator@example.org", [])
    shown = text_of(administrator.get(reverse("programmes:show", args=[programme.pk])))
    assert "taken back by The Administrator" in shown


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        # visitor, participant, author, coordinator of another, own, officer, administrator
        ("index", (302, 302, 302, 200, 200, 302, 200)),
        ("index_results", (302, 302, 302, 200, 200, 302, 200)),
        ("add", (302, 302, 302, 302, 302, 302, 200)),
        ("show", (302, 302, 302, 404, 200, 302, 200)),
        ("edit", (302, 302, 302, 302, 302, 302, 200)),
        ("history", (302, 302, 302, 302, 302, 302, 200)),
        ("history_results", (302, 302, 302, 302, 302, 302, 200)),
        ("archive", (302, 302, 302, 302, 302, 302, 302)),
    ],
)
def test_who_may_open_what(client, course, coordinator, name, answers):
    programme = make.programme(course, coordinators=[coordinator])
    arguments = [] if name.startswith(("index", "add")) else [programme.pk]
    url = reverse(f"programmes:{name}", args=arguments)
    ladder = [
        None,
        people.person(),
        people.staff(Role.AUTHOR),
        make.coordinator(course),
        coordinator,
        people.staff(Role.DATA_PROTECTION_OFFICER),
        people.staff(Role.ADMINISTRATOR),
    ]
    if name == "show":
        ladder[3] = make.coordinator(courses.course("Elsewhere", lessons=(1,)))
    found = []
    for who in ladder:
        client.logout()
        if who:
            client.force_login(who, backend=people.BACKEND)
        found.append(answer(client, url))
    assert tuple(found) == answers


def answer(client, url) -> int:
    """An address that does not exist is looked for once more under the language."""
    status = client.get(url).status_code
    return 404 if client.get(url, follow=True).status_code == 404 else status


def test_somebody_with_full_access_opens_every_screen(client, course, coordinator):
    programme = make.programme(course, coordinators=[coordinator])
    client.force_login(people.administrator(), backend=people.BACKEND)
    for name in ("index", "add"):
        assert client.get(reverse(f"programmes:{name}")).status_code == 200
    for name in ("show", "edit"):
        assert client.get(reverse(f"programmes:{name}", args=[programme.pk])).status_code == 200


def test_a_coordinator_sees_their_own_programmes_only_and_cannot_archive_them(
    client, course, coordinator
):
    mine = make.programme(course, coordinators=[coordinator], name="Mine")
    make.programme(course, name="Theirs")
    client.force_login(coordinator, backend=people.BACKEND)
    shown = text_of(client.get(reverse("programmes:index")))
    assert "Mine" in shown
    assert "Theirs" not in shown
    client.post(reverse("programmes:archive", args=[mine.pk]), {"step": "archive"})
    mine.refresh_from_db()
    assert mine.archived_at is None


def test_an_archived_programme_gives_no_right_and_restoring_gives_it_back(course, coordinator):
    programme = make.programme(course, coordinators=[coordinator])
    first = archive_programme(programme.pk).archived_at
    assert archive_programme(programme.pk).archived_at == first
    assert reach(coordinator) == []
    restore_programme(programme.pk)
    assert restore_programme(programme.pk).archived_at is None
    assert reach(coordinator) == [item_of(course).pk]


def test_saving_again_changes_nothing(course, coordinator):
    programme = make.programme(course, coordinators=[coordinator])
    before = list(Coordination.objects.values())
    save_programme(programme, courses=[item_of(course).pk], coordinators=[coordinator.pk])
    assert list(Coordination.objects.values()) == before


def test_erasing_a_coordinator_ends_the_right_and_keeps_the_row(course, coordinator):
    make.programme(course, coordinators=[coordinator])
    erase_person(coordinator.pk)
    one = Coordination.objects.select_related("person").get()
    assert one.ended_at is not None
    assert str(one.person) == "Former participant"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 151},
        {"name": "a\0b"},
        {"name": "Taken"},
        {"description": "x" * 2001},
        {"courses": ["999999"]},
        {"courses": ["x"]},
        {"coordinators": ["😀"]},
    ],
)
def test_bad_input_is_said_in_words_and_makes_nothing(administrator, bad):
    make.programme(name="Taken")
    data = {"name": "Fine", "description": "Kept words", "courses": [], "coordinators": []} | bad
    answer = administrator.post(reverse("programmes:add"), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Programme.objects.count() == 1


def test_only_people_with_the_role_can_be_chosen(administrator, coordinator):
    author = people.staff(Role.AUTHOR)
    data = {"name": "Fine", "coordinators": [author.pk]}
    assert administrator.post(reverse("programmes:add"), data).context["form"].errors
    assert not Programme.objects.exists()


@pytest.mark.parametrize("programmes", [1, 3])
def test_the_list_needs_the_same_queries_whatever_its_length(
    administrator, course, coordinator, programmes, django_assert_num_queries
):
    for _number in range(programmes):
        made = make.programme(course, coordinators=[coordinator])
    administrator.get(reverse("programmes:index"))
    with django_assert_num_queries(12):
        administrator.get(reverse("programmes:index"))
    with django_assert_num_queries(14):
        administrator.get(reverse("programmes:show", args=[made.pk]))
