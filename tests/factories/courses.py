"""Courses with as many modules and lessons as a test needs, published through the real door."""

import json
from uuid import uuid4

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Site
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from courses import actions, querysets, rules
from courses.actions import make_question, publish_outline
from courses.models import (
    Attempt,
    CataloguePage,
    CoursePage,
    CourseRun,
    LessonPage,
    ModulePage,
    Question,
    QuizPage,
    QuizQuestion,
)
from courses.states import ItemKind
from home.models import HomePage, SiteSettings
from tests.support import replay


def site_home() -> HomePage:
    """The English home page of the default site; made once a test."""
    home = HomePage.objects.filter(locale__language_code="en").first()
    if home:
        return home
    root = Page.get_first_root_node()
    Page.objects.child_of(root).update(slug="welcome")
    home = HomePage(
        title="Urban Academy", slug="home", headline="Welcome", lede="Learn.", locale=locale("en")
    )
    root.add_child(instance=home)
    home.save_revision().publish()
    site, _new = Site.objects.update_or_create(
        is_default_site=True, defaults={"root_page": home, "hostname": "localhost"}
    )
    SiteSettings.for_site(site)
    return home


def locale(code: str) -> Locale:
    return Locale.objects.get_or_create(language_code=code)[0]


def published(parent, page):
    """A new page as publishing leaves it: live, with a first revision; in a third of the time."""
    page.live = True
    parent.add_child(instance=page)
    page.live_revision = page.save_revision(clean=False)
    page.first_published_at = page.last_published_at = timezone.now()
    Page.objects.filter(pk=page.pk).update(
        live_revision=page.live_revision,
        has_unpublished_changes=False,
        first_published_at=page.first_published_at,
        last_published_at=page.last_published_at,
    )
    page.has_unpublished_changes = False
    log(instance=page, action="wagtail.publish", revision=page.live_revision)
    return page


def catalogue() -> CataloguePage:
    found = CataloguePage.objects.filter(locale__language_code="en").first()
    return found or published(
        site_home(), CataloguePage(title="Courses", slug="courses", locale=locale("en"))
    )


def course(title="Foundations", *, lessons=(2, 2), **fields) -> CoursePage:
    """A live course with modules of so many lessons each, and its outline. `lessons=()` makes an
    announced course."""
    if (title, lessons, fields) == ("Foundations", (2, 2), {}) and not HomePage.objects.exists():
        replay.once("course", lambda: _course(title, lessons, fields))
        Site.clear_site_root_paths_cache()
        return CoursePage.objects.get()
    return _course(title, lessons, fields)


def _course(title: str, lessons: tuple, fields: dict) -> CoursePage:
    fields = {"summary": f"All about {title}.", "slug": title.lower().replace(" ", "-")} | fields
    page = published(catalogue(), CoursePage(title=title, locale=locale("en"), **fields))
    for number, count in enumerate(lessons, start=1):
        module = ModulePage(
            title=f"Module {number}", slug=f"module-{number}", summary="", locale=locale("en")
        )
        published(page, module)
        for at in range(1, count + 1):
            lesson(module, f"Lesson {number}.{at}")
    if lessons:
        publish_outline(page)
    return page


def lesson(module, title, *, body=(), **fields) -> LessonPage:
    slug = title.lower().replace(" ", "-").replace(".", "-")
    page = LessonPage(title=title, slug=slug, locale=locale("en"), **fields)
    page.body = json.dumps(list(body) or [text_block(f"What {title} says.")])
    return published(module, page)


def text_block(words: str) -> dict:
    return {"type": "text", "value": f"<p>{words}</p>", "id": str(uuid4())}


def self_check(*, required=False, multiple=False, part=None) -> dict:
    """Answer `b` is right; with `multiple`, so is `c`."""
    options = [
        {"key": key, "text": f"Answer {key}", "correct": right, "feedback": f"About {key}."}
        for key, right in (("a", False), ("b", True), ("c", multiple))
    ]
    value = {
        "question": "Who decides?",
        "multiple": multiple,
        "options": [{"type": "item", "value": o, "id": str(uuid4())} for o in options],
        "explanation": "<p>The council decides.</p>",
        "required": required,
    }
    return {"type": "self_check", "value": value, "id": part or str(uuid4())}


def reflection(*, required=False, part=None) -> dict:
    value = {"prompt": "Who waits for whom?", "required": required}
    return {"type": "reflection", "value": value, "id": part or str(uuid4())}


def meaning(words="Who decides?", *, right="b", kind=None, **options) -> rules.Meaning:
    """Answers `a`, `b` and `c`; those in `right` are right, `options` gives other texts."""
    keys = options or {key: f"Answer {key}" for key in "abc"}
    texts = {key: (text, f"About {key}.") for key, text in keys.items()}
    return rules.Meaning(
        kind or ("single" if len(right) == 1 else "multiple"),
        tuple(rules.Option(key, key in right) for key in keys),
        rules.Wording(words, "The council decides.", texts),
    )


def question(words="Who decides?", **fields) -> Question:
    return make_question(meaning(words, **fields))


def quiz(parent, *, questions=3, title="Quiz", **fields) -> QuizPage:
    """A live quiz below a module or course: so many questions, or these; `b` is always right."""
    if isinstance(questions, int):
        questions = [question(f"Question {at}?") for at in range(1, questions + 1)]
    page = QuizPage(title=title, slug=title.lower().replace(" ", "-"), locale=locale("en"))
    for name, value in fields.items():
        setattr(page, name, value)
    page.questions = [
        QuizQuestion(question=one, sort_order=at) for at, one in enumerate(questions, start=1)
    ]
    return published(parent, page)


def pass_quiz(enrolment, item_id) -> Attempt:
    attempt = actions.start_attempt(enrolment.pk, item_id)
    given = {a.position: actions.Given(right_keys(a.version)) for a in attempt.answers.all()}
    actions.save_answers(attempt.pk, given)
    return actions.submit_attempt(attempt.pk)


def right_keys(version) -> list[str]:
    return [option["key"] for option in version.options if option["correct"]]


def finish(enrolment, entries=None) -> None:
    """Does everything in the outline of an enrolment, or what is in `entries`."""
    wanted = enrolment.manifest.items if entries is None else entries
    for entry in wanted.select_related("item"):
        if entry.item.kind == ItemKind.QUIZ:
            pass_quiz(enrolment, entry.item_id)
            continue
        for part in entry.parts:
            actions.answer_self_check(enrolment.pk, entry.item_id, part, ["a"], right=True)
        actions.complete_item(enrolment.pk, entry.item_id)


def run_of(page: CoursePage) -> CourseRun:
    return CourseRun.objects.of(page.translation_key).self_paced().get()


def lessons_of(page: CoursePage) -> list[LessonPage]:
    return list(LessonPage.objects.descendant_of(page).order_by("path"))


def items_below(page) -> list:
    """Lessons and quizzes, fresh from the database."""
    return querysets.items_below(page)


def entries_of(page: CoursePage) -> list:
    """The entries of the newest outline, in order."""
    manifest = run_of(page).course.manifests.order_by("-number").first()
    return list(manifest.items.select_related("item"))


def translate_texts(page, locale, *, publish=True) -> None:
    """As a translator fills in every text in wagtail-localize's form, and publishes."""
    translation = Translation.objects.get(
        source__object_id=page.translation_key, target_locale=locale
    )
    for segment in StringSegment.objects.filter(source=translation.source):
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            defaults={"data": f"FR {segment.string.data}"},
        )
    if publish:
        translation.save_target(publish=True)
