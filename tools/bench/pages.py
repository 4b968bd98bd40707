"""What is measured: who asks for what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import translation

from courses.models import Enrolment, LearningItem, LessonPage, ManifestItem, QuizPage
from courses.states import ItemKind
from home.pagemap import page_map
from participants.models import User
from tools.bench.client import request
from tools.bench.seed.people import COORDINATOR, MOST_DONE

CONNECTIONS = 8
# Each marks one course's lessons, one after another; then the next person does.
MARKERS = CONNECTIONS * 12
TOKEN = "benchbenchbenchbenchbenchbench32"  # noqa: S105
STOCK, DJANGO = "stock Wagtail page", "Django view"


@dataclass
class Target:
    """One kind of request. `asking` are the requests of each connection, without end or as many
    as there are."""

    name: str
    asking: list[Iterator[bytes]]
    one: bytes
    before: bytes = b""
    status: int = 200
    targets: dict[str, float] = field(default_factory=dict)


def sign_in(person: User) -> dict[str, str]:
    """The cookies of a browser in which this person is signed in."""
    client = Client()
    client.force_login(person, "participants.backends.PersonBackend")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return cookies | {"csrftoken": TOKEN}


def all_targets() -> list[Target]:
    """The two to compare with come first."""
    with translation.override("en"):
        course = _course()
        readers = [sign_in(person) for person in _under_way(course, CONNECTIONS)]
        longest = _longest()
        in_longest = [sign_in(person) for person in _under_way(longest, CONNECTIONS)]
        few = {"queries": 6}
        return [
            _read(STOCK, "/bench/stock/trivial/", readers),
            _read(DJANGO, "/bench/person/", readers),
            _read("catalogue", "/en/courses/", [None] * CONNECTIONS, few),
            _read("course", _url(course.key), readers, few | {"ratio": 1.2}),
            _read("course of 64 lessons", _url(longest.key), in_longest, {"queries": 6}),
            _read("lesson", _url(_item_of(course, LessonPage)), readers, few | {"ratio": 1.2}),
            _read("dashboard", "/en/my-academy/", readers, few | {"ratio": 1.0}),
            _read("quiz", _url(_item_of(course, QuizPage)), readers),
            _marking(longest),
            *_desk(),
        ]


def public_pages() -> dict[str, str]:
    """What a visitor opens in a browser."""
    course = _course()
    with translation.override("en"):
        return {
            "front page": "/en/",
            "catalogue": "/en/courses/",
            "course": _url(course.key),
            "lesson": _url(_item_of(course, LessonPage)),
        }


def first_views() -> dict[str, bytes]:
    """What is asked right after somebody has published a page."""
    course = _course()
    person = sign_in(_under_way(course, 1)[0])
    with translation.override("en"):
        paths = {
            "course": _url(course.key),
            "lesson": _url(_item_of(course, LessonPage)),
            "dashboard": "/en/my-academy/",
        }
    asked = {name: request(path, person, X_Bench="1") for name, path in paths.items()}
    return {"catalogue": request("/en/courses/", X_Bench="1"), **asked}


def _read(name: str, path: str, readers: list, targets: dict | None = None) -> Target:
    asking = [repeat(request(path, cookies)) for cookies in readers]
    return Target(name, asking, request(path, readers[0], X_Bench="1"), targets=targets or {})


def _marking(course: LearningItem) -> Target:
    """Each request does another lesson, of which the person has done none before."""
    people = _beginners(course)
    lessons = _lessons(course)
    requests = [list(_marks(person, lessons)) for person in people]
    counted = requests.pop()
    at = len(counted) // 2
    shares = [requests[at::CONNECTIONS] for at in range(CONNECTIONS)]
    return Target(
        "marking a lesson done",
        [(data for person in share for data, _asked in person) for share in shares],
        counted[at][1],
        before=request(_url(lessons[at]), sign_in(people[-1])),
        status=302,
        targets={"queries": 9},
    )


def _marks(person: User, lessons: list) -> Iterator[tuple[bytes, bytes]]:
    cookies = sign_in(person)
    for key in lessons:
        form = {"csrfmiddlewaretoken": TOKEN, "event": str(uuid4()), "outline": "1"}
        path = reverse("courses:done", args=[key])
        yield request(path, cookies, form), request(path, cookies, form, X_Bench="1")


def _desk() -> list[Target]:
    cookies = sign_in(User.objects.get(email=COORDINATOR))
    run = Enrolment.objects.in_reach_of(User.objects.get(email=COORDINATOR)).latest("pk").run
    listing = reverse("courses_enrolments")
    form = {
        "csrfmiddlewaretoken": TOKEN,
        "who": "all",
        "format": "csv",
        "query": f"course={run.course_id}",
    }
    path = reverse("courses_export")
    export = request(path, cookies, form)
    return [
        _read("coordinator's listing", listing, [cookies] * CONNECTIONS),
        Target(
            "coordinator's export",
            [repeat(export)] * 2,
            request(path, cookies, form, X_Bench="1"),
        ),
    ]


# --- Who and what -------------------------------------------------------------------------------


def _longest() -> LearningItem:
    rows = ManifestItem.objects.order_by("-position").select_related("manifest__course")
    return rows.first().manifest.course


def _course() -> LearningItem:
    """One of the usual size, with the most people."""
    others = LearningItem.objects.filter(kind=ItemKind.COURSE).exclude(pk=_longest().pk)
    return others.order_by("pk").first()


def _under_way(course: LearningItem, count: int) -> list[User]:
    """People who have done something of it and are in several courses, as most are."""
    rows = Enrolment.objects.active().filter(run__course=course, summary__percent__range=(10, 90))
    return _people(rows, count)


def _beginners(course: LearningItem) -> list[User]:
    rows = Enrolment.objects.active().filter(run__course=course)
    return _people(rows.order_by("summary__required_done", "pk"), MARKERS, skip=True)


def _people(rows, count: int, *, skip: bool = False) -> list[User]:
    found = list(User.objects.filter(pk__in=list(rows.values_list("user", flat=True)[:count])))
    if not found:
        raise SystemExit("Nobody is under way in the course to measure: choose a higher scale.")
    return found if skip else [found[at % len(found)] for at in range(count)]


def _lessons(course: LearningItem) -> list:
    """The later ones, which nobody who has just begun has done."""
    rows = ManifestItem.objects.filter(manifest__course=course, item__kind=ItemKind.LESSON)
    later = rows.filter(position__gt=MOST_DONE).order_by("position")
    return list(later.values_list("item__key", flat=True))


def _item_of(course: LearningItem, model):
    node = page_map().in_language(course.key, "en")
    pages = model.objects.filter(path__startswith=node.path).order_by("path")
    return pages[min(3, pages.count() - 1)].translation_key


def _url(key) -> str:
    pages = page_map()
    return pages.url(pages.in_language(key, "en"), "en")
