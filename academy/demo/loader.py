"""Loads the demonstration: what is there stays as it is, what is missing is made.

A page that somebody edited is left alone; `update=True` writes the files over it again.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid5

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from academy.actions import save_programme
from academy.demo.blocks import figure, question, stream
from academy.demo.files import Files
from academy.demo.reader import (
    DemoFileError,
    Directive,
    Source,
    read_courses,
    read_pages,
    read_yaml,
    rich_text,
)
from academy.models import Programme
from courses.actions import (
    change_question,
    complete_item,
    enrol,
    make_question,
    open_item,
    publish_outline,
    translate_question,
)
from courses.models import (
    CataloguePage,
    CourseCredit,
    CoursePage,
    CourseRun,
    Enrolment,
    LearningItem,
    LessonPage,
    ModulePage,
    Question,
    QuizPage,
    QuizQuestion,
)
from courses.states import ItemKind
from home import tree
from home.models import HomePage, SiteSettings, StandardPage, Topic
from home.publishing import unfinished
from participants.actions import add_person, save_profile
from participants.states import LevelOfGovernment, Role

# The words of the field's list, as the files write them.
LEVELS = {
    "local": LevelOfGovernment.LOCAL,
    "intermediate (county/province)": LevelOfGovernment.INTERMEDIATE,
    "regional": LevelOfGovernment.REGIONAL,
    "national": LevelOfGovernment.NATIONAL,
    "EU institution/body": LevelOfGovernment.EU,
    "association of authorities": LevelOfGovernment.ASSOCIATION,
}
LESSONS_DONE_BY_PARTICIPANT = 3


class Loader:
    """One run over the files below `root`. `say` gets a sentence for each thing that was made."""

    def __init__(self, root: Path, *, password: str, update: bool = False, say=lambda text: None):
        self.root, self.password, self.update, self.say = root, password, update, say
        self.files = Files(root)
        self.locales: dict[str, Locale] = {}

    @transaction.atomic
    def run(self) -> None:
        for code, _name in settings.LANGUAGES:
            self.locales[code], _new = Locale.objects.get_or_create(language_code=code)
        pages = read_pages(self.root)
        home = self._home(pages.pop("home"))
        catalogue = self._page(CataloguePage, pages.pop("courses"), home, self._catalogue)
        for source in read_courses(self.root):
            self._course(source, catalogue)
        site = read_yaml(self.root / "site.yaml")
        self._standard_pages(pages, home, site)
        self._doors(home)
        self._settings(site)
        self._people()
        self._programmes()
        tree.touch()

    # --- Pages ------------------------------------------------------------------------------

    def _home(self, source: Source) -> HomePage:
        """The home pages below the root; Wagtail's own welcome page makes room for them."""
        root = Page.get_first_root_node()
        known = HomePage.objects.filter(translation_key=source.key, locale=self.locales["en"])
        if not known.exists():
            for welcome in Page.objects.child_of(root).filter(slug="home").exact_type(Page):
                welcome.slug = "welcome"
                welcome.save()
        home = self._page(HomePage, source, root, self._home_fields, slug="home")
        site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
        if site.root_page_id != home.pk:
            site.root_page, site.hostname = home, site.hostname or "localhost"
            site.save()
            Page.objects.child_of(root).filter(slug="welcome").exact_type(Page).delete()
        return home

    def _page(self, model, source: Source, parent, fields, *, slug: str | None = None):
        """The page of a source and its translations, each below its parent in that language."""
        page = self._one(model, source, parent, fields, slug or source.slug)
        for translation in source.translations:
            above = self._translated(parent, translation.language)
            if above is None:
                raise DemoFileError(f"{translation.path.name}: its parent is not translated.")
            own = f"{slug}-{translation.language}" if slug else translation.slug
            self._one(model, translation, above, fields, own)
        return page

    def _one(self, model, source: Source, parent, fields, slug: str):
        locale = self.locales[source.language]
        page = model.objects.filter(translation_key=source.key, locale=locale).first()
        if page is not None and not self.update:
            return page
        self.files.language = source.language
        new = page is None
        page = page or model(translation_key=source.key, locale=locale, slug=slug)
        page.title = source.meta["title"]
        if hasattr(page, "is_demonstration"):
            page.is_demonstration = bool(source.meta.get("demonstration"))
        fields(page, source)
        if new:
            parent.add_child(instance=page)
            parent.refresh_from_db()
            self.say(f"{model._meta.verbose_name}: {page.title} ({source.language})")
        self._check(page, source)
        page.save_revision().publish()
        return page

    def _check(self, page, source: Source) -> None:
        """The demonstration obeys the rules that editors obey."""
        for field, error in unfinished(page).items():
            raise DemoFileError(f"{source.path.name}, {field}: {error}")

    def _translated(self, parent, language: str):
        if parent.is_root():
            return parent
        return parent.get_translation_or_none(self.locales[language])

    # --- Fields of each kind of page ------------------------------------------------------------

    def _home_fields(self, page: HomePage, source: Source) -> None:
        page.headline, page.lede = source.meta["headline"], source.meta["lede"]
        page.search_description = source.meta["lede"]
        figures = [{"type": "figure", "value": figure(d)} for d in source.meta["figures"]]
        page.figures = json.dumps(figures)
        page.practice = json.dumps([self._practice(source.meta["practice"])])

    def _practice(self, data: dict) -> dict:
        facts = "".join(f"- {fact}\n" for fact in data["facts"])
        value = {
            "title": data["title"],
            "place": data["place"],
            "text": rich_text(f"{data['text']}\n\n{facts}"),
            "source": data["source"],
            "image": None,
            "page": None,
            "url": "",
        }
        return {"type": "practice", "value": value}

    def _catalogue(self, page: CataloguePage, source: Source) -> None:
        page.lede = source.meta["summary"]
        page.search_description = source.meta["summary"]
        page.show_in_menus = True

    def _course_fields(self, page: CoursePage, source: Source) -> None:
        meta = source.meta
        page.summary = page.search_description = meta["summary"]
        page.outcomes = "\n".join(meta["outcomes"])
        page.introduction = rich_text(source.text)
        page.levels = [LEVELS[name].value for name in meta["levels"]]
        page.degurba = list(meta["degurba"])
        page.is_demonstration = True
        topics = {topic.name: topic for topic in Topic.objects.all()}
        page.topics.set([topics[name] for name in meta["topics"]], clear=True)
        page.credits = [CourseCredit(sort_order=at, **c) for at, c in enumerate(meta["credits"])]

    def _module_fields(self, page: ModulePage, source: Source) -> None:
        page.summary = source.meta["summary"]

    def _lesson_fields(self, page: LessonPage, source: Source) -> None:
        page.summary = page.search_description = source.meta["summary"]
        page.minutes = source.meta["minutes"]
        page.completion = source.meta["completion"]
        page.body = stream(source, self.files)

    def _quiz_fields(self, page: QuizPage, source: Source) -> None:
        """The page, and its questions in the bank: in the source's words, then in others'."""
        meta = source.meta
        page.summary = page.search_description = meta["summary"]
        page.introduction = rich_text(next(b.body for b in source.blocks if b.kind == "text"))
        page.minutes, page.required, page.layout = meta["minutes"], meta["required"], meta["layout"]
        asked = [self._question(source, b) for b in source.blocks if b.kind == "question"]
        page.questions = [
            QuizQuestion(question=one, sort_order=at) for at, one in enumerate(asked, start=1)
        ]

    def _question(self, source: Source, block: Directive) -> Question:
        key = uuid5(source.key, block.id)
        known = Question.objects.filter(key=key).first()
        meaning = question(source, block)
        if source.language != settings.LANGUAGE_CODE:
            translate_question(known.pk, source.language, meaning.words)
            return known
        return change_question(known.pk, meaning) if known else make_question(meaning, key=key)

    def _standard_fields(self, page: StandardPage, source: Source) -> None:
        page.summary = page.search_description = source.meta["summary"]
        page.body = stream(source, self.files)

    # --- Courses -------------------------------------------------------------------------------

    def _course(self, source: Source, catalogue: CataloguePage) -> None:
        inherit_from_source(source)
        course = self._page(CoursePage, source, catalogue, self._course_fields)
        for module_source in source.children:
            module = self._page(ModulePage, module_source, course, self._module_fields)
            for lesson in module_source.children:
                self._page(LessonPage, lesson, module, self._lesson_fields)
            self._quiz(module_source, module)
        self._quiz(source, course)
        if any(module.children for module in source.children):
            publish_outline(course, note="Loaded with the demonstration.")

    def _quiz(self, source: Source, parent: ModulePage | CoursePage) -> None:
        if source.quiz is not None:
            self._page(QuizPage, source.quiz, parent, self._quiz_fields)

    # --- The rest of the site --------------------------------------------------------------------

    def _standard_pages(self, pages: dict[str, Source], home: HomePage, site: dict) -> None:
        order = [*site["menu"], *site["footer"]]
        for name in sorted(pages, key=lambda n: order.index(n) if n in order else len(order)):

            def fields(page, source, name=name):
                self._standard_fields(page, source)
                page.show_in_menus = name in site["menu"]

            self._page(StandardPage, pages[name], home, fields)

    def _doors(self, home: HomePage) -> None:
        """The doors lead to pages that are made after the home page."""
        if home.doors and not self.update:
            return
        sources = read_pages(self.root)["home"]
        for source in [sources, *sources.translations]:
            page = HomePage.objects.get(
                translation_key=source.key, locale=self.locales[source.language]
            )
            page.doors = json.dumps([self._door(data, home) for data in source.meta["doors"]])
            self._check(page, source)
            page.save_revision().publish()

    def _door(self, data: dict, home: HomePage) -> dict:
        target = Page.objects.child_of(home).get(slug=data["link_page"])
        value = {"title": data["title"], "text": data["text"], "page": target.pk, "url": ""}
        return {"type": "door", "value": value}

    def _settings(self, site: dict) -> None:
        default = Site.objects.get(is_default_site=True)
        chosen, new = SiteSettings.objects.get_or_create(site=default)
        if not new and not self.update:
            return
        chosen.name, chosen.tagline = site["site_name"], site["tagline"]
        chosen.contact_email = site["contact_email"]
        chosen.is_demonstration = site["is_demonstration"]
        chosen.accessibility_reviewed_on = site["accessibility_review_date"]
        for name, slug in site["statements"].items():
            page = StandardPage.objects.get(slug=slug, locale=self.locales["en"])
            setattr(chosen, f"{name}_page", page)
        chosen.full_clean()
        chosen.save()

    # --- People ----------------------------------------------------------------------------------

    def _people(self) -> None:
        users = get_user_model().objects
        for account in read_yaml(self.root / "accounts.yaml"):
            if users.filter(email=account["email"]).exists():
                continue
            role = Role[account["role"].upper()]
            user = add_person(
                account["email"],
                account["name"],
                password=self.password,
                roles=[role],
                translates=account.get("translates", ()),
            )
            save_profile(
                user.pk,
                country=account["country"],
                organisation=account["organisation"],
                answers={},
            )
            if role == Role.PARTICIPANT:
                self._some_progress(user)
            self.say(f"account: {user.email}")

    def _programmes(self) -> None:
        """Without one, a coordinator would see nobody."""
        users = get_user_model().objects
        for programme in read_yaml(self.root / "programmes.yaml"):
            if Programme.objects.filter(name=programme["name"]).exists():
                continue
            pages = CoursePage.objects.filter(locale=self.locales["en"])
            keys = pages.filter(slug__in=programme["courses"]).values("translation_key")
            courses = LearningItem.objects.filter(key__in=keys)
            coordinators = users.filter(email__in=programme["coordinators"])
            save_programme(
                Programme(name=programme["name"], description=programme["description"]),
                courses=list(courses.values_list("pk", flat=True)),
                coordinators=list(coordinators.values_list("pk", flat=True)),
            )
            self.say(f"programme: {programme['name']}")

    def _some_progress(self, user) -> None:
        """The participant has read some lessons, so that there is something to continue."""
        run = CourseRun.objects.filter(course__manifests__items__isnull=False).distinct().first()
        if run is None:
            return
        begin = timezone.now() - timedelta(days=LESSONS_DONE_BY_PARTICIPANT)
        enrolment: Enrolment = enrol(user.pk, run.pk, now=begin)
        lessons = enrolment.manifest.items.filter(parts=[], item__kind=ItemKind.LESSON)
        entries = list(lessons[: LESSONS_DONE_BY_PARTICIPANT + 1])
        for day, entry in enumerate(entries[:-1]):
            self._read(enrolment, entry, begin + timedelta(days=day))
        open_item(enrolment.pk, entries[-1].item_id, language="en")

    def _read(self, enrolment: Enrolment, entry, when: datetime) -> None:
        revision = entry.revisions.get("en")
        known = {"language": "en", "revision": revision}
        open_item(enrolment.pk, entry.item_id, now=when, **known)
        complete_item(enrolment.pk, entry.item_id, now=when + timedelta(minutes=8), **known)


def inherit_from_source(source: Source) -> None:
    """A translation says only what differs: words. Facts come from the source."""
    for translation in source.translations:
        translation.meta = {**source.meta, **translation.meta}
    for child in [*source.children, *filter(None, [source.quiz])]:
        inherit_from_source(child)
