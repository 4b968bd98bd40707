"""Pages, questions and outlines: the pages in bulk, the outlines through the real door."""

import json
from uuid import NAMESPACE_OID, uuid5

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Locale, Page, Revision, Site

from courses.actions import publish_outline
from courses.models import (
    CataloguePage,
    CoursePage,
    CourseTopic,
    LessonPage,
    ModulePage,
    Question,
    QuestionText,
    QuestionVersion,
    QuizPage,
    QuizQuestion,
)
from home import tree
from home.models import HomePage, SiteSettings, StandardPage, Topic
from participants.states import LevelOfGovernment
from tools.bench.seed import bulk
from tools.bench.site.models import TrivialPage

QUESTIONS = 5
A_MODULE = 8
WORDS = (
    "A town that knows who arrives can plan who meets them. The officer keeps a list of the first "
    "four weeks: a bed, a school, a doctor, and somebody who answers the telephone in the evening. "
)


@transaction.atomic
def make_content(size) -> None:
    home = _home()
    catalogue = CataloguePage(title="Courses", slug="courses", lede="Learn in ten minutes a day.")
    catalogue.show_in_menus = True
    texts = [StandardPage(title=title, slug=title.lower()) for title in ("About", "Privacy")]
    trivial = TrivialPage(title="Trivial", slug="trivial")
    bulk.add_pages(home, [catalogue, *texts, trivial])
    courses = [_course(at) for at in range(size.courses)]
    bulk.add_pages(catalogue, courses)
    _topics(courses)
    questions = _questions(size.courses * QUESTIONS)
    for at, course in enumerate(courses):
        _below(course, at, size, questions[at * QUESTIONS : (at + 1) * QUESTIONS])
    _revisions()
    tree.touch()
    for course in courses:
        publish_outline(CoursePage.objects.get(pk=course.pk))


def _home() -> HomePage:
    english = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.get_first_root_node()
    Page.objects.child_of(root).update(slug="welcome")
    words = {"headline": "Welcome", "lede": "Short courses for towns, cities and regions."}
    home = HomePage(title="Urban Academy", slug="home", locale=english, **words)
    root.add_child(instance=home)
    home.save_revision().publish()
    site, _new = Site.objects.update_or_create(
        is_default_site=True, defaults={"root_page": home, "hostname": "localhost"}
    )
    SiteSettings.for_site(site)
    return home


def _course(at: int) -> CoursePage:
    levels = list(LevelOfGovernment.values)
    return CoursePage(
        title=f"Course {at + 1}: how a town begins",
        slug=f"course-{at + 1}",
        summary="What to do in the first year, with whom, and how to tell whether it works.",
        introduction=f"<p>{WORDS}</p>",
        outcomes="Name who decides\nPlan the first year\nTell whether it works",
        levels=[levels[at % len(levels)]],
        degurba=[at % 3 + 1],
        translation_key=_key(f"course {at}"),
    )


def _key(name: str):
    return uuid5(NAMESPACE_OID, f"bench/{name}")


def _topics(courses: list[CoursePage]) -> None:
    topics = list(Topic.objects.order_by("pk")[:8])
    CourseTopic.objects.bulk_create(
        CourseTopic(tag=topics[(at + more) % len(topics)], content_object=course)
        for at, course in enumerate(courses)
        for more in range(2)
        if topics
    )


def _below(course: CoursePage, at: int, size, questions: list[Question]) -> None:
    """Modules of eight lessons, and a quiz at the end. The first course is the longest."""
    count = size.longest if at == 0 else _share(size, at)
    modules = [
        ModulePage(title=f"Module {n + 1}", slug=f"module-{n + 1}", summary="What comes first.")
        for n in range(-(-count // A_MODULE))
    ]
    quiz = QuizPage(title="Quiz", slug="quiz", summary="What stays.", minutes=10)
    bulk.add_pages(course, [*modules, quiz])
    QuizQuestion.objects.bulk_create(
        QuizQuestion(page=quiz, question=one, sort_order=order)
        for order, one in enumerate(questions)
    )
    for n, module in enumerate(modules):
        numbers = range(n * A_MODULE, min((n + 1) * A_MODULE, count))
        bulk.add_pages(module, [_lesson(at, number) for number in numbers])


def _share(size, at: int) -> int:
    """Lessons of all courses but the longest, as evenly as it goes."""
    others, rest = size.courses - 1, size.lessons - size.longest
    return rest * at // others - rest * (at - 1) // others


def _lesson(course: int, number: int) -> LessonPage:
    return LessonPage(
        title=f"Lesson {number + 1}: who comes first",
        slug=f"lesson-{number + 1}",
        summary="Who comes first, and who decides it.",
        minutes=3 + number % 7,
        body=json.dumps(_body(f"{course}/{number}")),
    )


def _body(name: str) -> list[dict]:
    """Eight blocks: texts, a callout, a quote, an accordion, a self-check and a reflection."""
    text = f"<h2>Who comes first</h2><p>{WORDS * 2}</p><ul><li>a bed</li><li>a school</li></ul>"
    parts = [{"title": title, "text": f"<p>{WORDS}</p>"} for title in ("Who decides?", "Who pays?")]
    blocks = [
        ("text", text),
        ("callout", {"tone": "example", "title": "In a small town", "text": f"<p>{WORDS}</p>"}),
        ("text", text),
        ("quote", {"text": f"<p>{WORDS}</p>", "by": "An officer", "role": "a town"}),
        ("accordion", {"items": [_item(f"{name}/{n}", part) for n, part in enumerate(parts)]}),
        ("self_check", _self_check(name)),
        ("text", text),
        ("reflection", {"prompt": "Whom would you ask first?", "required": False}),
    ]
    return [
        {"type": kind, "value": value, "id": str(_key(f"{name}/{at}"))}
        for at, (kind, value) in enumerate(blocks)
    ]


def _item(name: str, value: dict) -> dict:
    return {"type": "item", "value": value, "id": str(_key(f"{name}/item"))}


def _self_check(name: str) -> dict:
    options = [
        {"key": key, "text": f"Answer {key}", "correct": key == "b", "feedback": "Look again."}
        for key in "abc"
    ]
    return {
        "question": "Who decides?",
        "multiple": False,
        "options": [_item(f"{name}/{o['key']}", o) for o in options],
        "explanation": "<p>The council decides.</p>",
        "required": False,
    }


def _questions(count: int) -> list[Question]:
    made = Question.objects.bulk_create(Question(key=_key(f"question {n}")) for n in range(count))
    options = [{"key": key, "correct": key == "b"} for key in "abcd"]
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(question=one, options=options) for one in made
    )
    texts = {key: {"text": f"Answer {key}", "feedback": "Look again."} for key in "abcd"}
    QuestionText.objects.bulk_create(
        QuestionText(version=v, language="en", question="Who decides, and when?", options=texts)
        for v in versions
    )
    return made


def _revisions() -> None:
    """Each page's first edition, as publishing leaves it."""
    base = ContentType.objects.get_for_model(Page)
    for model in (CataloguePage, StandardPage, CoursePage, ModulePage, LessonPage, QuizPage):
        kind = ContentType.objects.get_for_model(model)
        Revision.objects.bulk_create(
            Revision(
                content_type=kind,
                base_content_type=base,
                object_id=str(page.pk),
                content=page.serializable_data(),
                object_str=page.title,
                created_at=page.last_published_at,
            )
            for page in model.objects.all()
        )
    bulk.sql(
        "UPDATE wagtailcore_page AS page SET live_revision_id = edition.id, "
        "latest_revision_id = edition.id, latest_revision_created_at = edition.created_at "
        "FROM wagtailcore_revision AS edition WHERE edition.object_id = page.id::text "
        "AND page.live_revision_id IS NULL"
    )
