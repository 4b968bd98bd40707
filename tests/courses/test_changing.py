"""Editors and learners at random: whatever they do in whatever order, nothing is lost.

After every step: no event is gone or changed, manifests stay as they are, rows and summaries are
equal to a rebuild from the log, percents are within bounds and 100 only for completed courses,
completed stays completed, and everything that somebody did is done in their own record alone.

`HYPOTHESIS_RUNS` sets the number of runs of each of the four machines (50, of 50 steps each); above
50 the runs are different every time.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import Page

from courses import actions
from courses.models import (
    CourseManifest,
    CoursePage,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    LessonPage,
    ManifestItem,
    ModulePage,
    PartProgress,
    ProgressEvent,
    Reflection,
)
from courses.states import LessonCompletion
from home import translations
from participants.refusals import Refused
from tests.courses.conftest import person
from tests.factories import courses as make
from tests.support import databases

RUNS = int(os.environ.get("HYPOTHESIS_RUNS", "2" if databases.ON_POSTGRES else "50"))
STEPS = 50
LEARNERS = 2
MOST_LESSONS = 10
START = datetime(2026, 1, 1, tzinfo=UTC)

pick = st.integers(0, 1000)


def refused(call, *args, **kwargs) -> str | None:
    """Why the action was refused; None when it was done."""
    try:
        call(*args, **kwargs)
    except Refused as refusal:
        return refusal.reason
    return None


def order_of(course: CoursePage | None) -> list:
    """Modules and lessons below a course in reading order, each with the module it stands in."""
    if course is None:
        return []
    pages = Page.objects.descendant_of(course).order_by("path")
    keys = {page.path: page.translation_key for page in pages}
    return [(key, keys.get(path[: -Page.steplen])) for path, key in keys.items()]


class World:
    """A course of five lessons, one with a part that is required, and two learners."""

    def __init__(self):
        self.course = make.course("Changing", lessons=(2, 2))
        self.french = make.locale("fr")
        make.site_home().copy_for_translation(self.french).save_revision().publish()
        module = ModulePage.objects.child_of(self.course).first()
        self.part = make.self_check(required=True)
        parts = {"body": [self.part], "completion": LessonCompletion.PARTS}
        make.lesson(module, "With a part", **parts)
        actions.publish_outline(self.course)
        self.people = [person(f"learner{n}@example.org") for n in range(LEARNERS)]
        self.run = make.run_of(self.course)


class Changing(RuleBasedStateMachine):
    """Each run begins in the same world. `done` is what the test knows each enrolment to have
    done."""

    world: World

    def __init__(self):
        super().__init__()
        self.course, self.french = self.world.course, self.world.french
        self.part, self.people, self.run = self.world.part, self.world.people, self.world.run
        self.block = transaction.atomic()
        self.block.__enter__()
        self.clock = START
        self.names = 0
        self.done: dict[int, set[int]] = {}
        self.notes: dict[tuple, str] = {}
        self.completed: dict[int, tuple] = {}
        self.events: dict = {}
        self.manifests: dict = {}

    def teardown(self):
        assert not any(Page.find_problems())
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- What there is to choose from ---

    def now(self):
        self.clock += timedelta(minutes=1)
        return self.clock

    def lessons(self):
        return list(LessonPage.objects.descendant_of(self.course).order_by("path"))

    def lesson(self, at) -> LessonPage:
        lessons = self.lessons()
        return lessons[at % len(lessons)]

    def module(self, at) -> ModulePage:
        modules = list(ModulePage.objects.child_of(self.course).order_by("path"))
        return modules[at % len(modules)]

    def enrolment(self, at) -> Enrolment | None:
        rows = list(Enrolment.objects.order_by("pk"))
        return rows[at % len(rows)] if rows else None

    def name(self) -> str:
        self.names += 1
        return f"Lesson new {self.names}"

    def item(self, page) -> LearningItem | None:
        return LearningItem.objects.filter(key=page.translation_key).first()

    # --- Editors ---

    @rule(at=pick)
    def edits_and_publishes(self, at):
        page = self.lesson(at)
        page.summary = self.name()
        page.save_revision().publish()

    @rule(at=pick)
    def schedules(self, at):
        page = self.lesson(at)
        page.go_live_at = START - timedelta(days=1)
        revision = page.save_revision(approved_go_live_at=page.go_live_at)
        page.latest_revision = revision
        call_command("publish_scheduled")

    @rule(at=pick)
    def adds_a_lesson(self, at):
        if len(self.lessons()) < MOST_LESSONS:
            make.lesson(self.module(at), self.name())

    @rule(at=pick, to=pick)
    def moves(self, at, to):
        page, module = self.lesson(at), self.module(to)
        taken = Page.objects.child_of(module).exclude(pk=page.pk).filter(slug=page.slug).exists()
        if not taken:
            page.move(module, "last-child" if to % 2 else "first-child")

    @rule(at=pick)
    def reorders_modules(self, at):
        self.module(at).move(self.course, "first-child")

    @rule(at=pick)
    def copies(self, at):
        if len(self.lessons()) < MOST_LESSONS:
            title = self.name()
            attributes = {"title": title, "slug": title.lower().replace(" ", "-")}
            self.lesson(at).copy(update_attrs=attributes, keep_live=bool(at % 2))

    @rule(at=pick)
    def translates(self, at):
        french = translations.draft_copy(self.lesson(at), self.french)
        if at % 2:
            make.translate_texts(self.lesson(at), self.french, publish=False)
            french.get_latest_revision().publish()

    @rule()
    def the_other_languages_follow(self):
        actions.follow_source(self.course)
        assert actions.follow_source(self.course) == 0
        french = self.course.get_translation_or_none(self.french)
        theirs, ours = order_of(french), order_of(self.course)
        known, kept = {key for key, _in in ours}, {key for key, _in in theirs}
        assert [p for p in theirs if p[0] in known] == [p for p in ours if p[0] in kept]

    @rule(at=pick)
    def archives(self, at):
        actions.archive(self.lesson(at), now=self.now())

    @rule(at=pick)
    def archives_a_module(self, at):
        actions.archive(self.module(at), now=self.now())

    @rule(at=pick)
    def restores(self, at):
        actions.restore(self.lesson(at), now=self.now())
        actions.restore(self.module(at), now=self.now())

    @rule(at=pick)
    def unpublishes(self, at):
        self.lesson(at).unpublish()

    @rule(at=pick)
    def tries_to_delete(self, at):
        if len(self.lessons()) == 1:
            return
        page = self.lesson(at)
        item = self.item(page)
        kept = LearningItem.objects.with_evidence().filter(pk=item.pk if item else 0).exists()
        try:
            with transaction.atomic():
                LessonPage.objects.get(pk=page.pk).delete()
        except actions.HasEvidence:
            assert kept
        else:
            assert not kept

    @rule(kind=st.sampled_from(["cosmetic", "additive", "material"]), again=st.sets(pick))
    def publishes_the_outline(self, kind, again):
        course = CoursePage.objects.get(pk=self.course.pk)
        found = actions.compare_outline(course)
        before = {e.item_id for e in found.last.items.all()}
        items = [e["item_id"] for e in found.tree.entries if e["item_id"] in before]
        chosen = {items[at % len(items)] for at in again} if items and kind == "material" else ()
        why = refused(actions.publish_outline, course, kind=kind, again=chosen, now=self.now())
        assert why is None or (why, kind) == ("wrong_kind", "cosmetic")

    @rule()
    def the_worker_comes_by(self):
        actions.bring_up_to_date(now=self.now())

    # --- Learners ---

    @rule(at=pick)
    def enrols_or_returns(self, at):
        learner = self.people[at % LEARNERS].pk
        why = refused(actions.enrol, learner, self.run.pk, now=self.now())
        assert why in (None, "announced")

    @rule(at=pick)
    def takes_it_once_more(self, at):
        learner = self.people[at % LEARNERS].pk
        why = refused(actions.retake, learner, self.run.pk, now=self.now())
        assert why in (None, "announced")

    @rule(at=pick)
    def leaves(self, at):
        if enrolment := self.enrolment(at):
            why = refused(actions.withdraw, enrolment.pk, now=self.now())
            assert why is None or enrolment.is_completed

    @rule(at=pick, of=pick, language=st.sampled_from(["en", "fr"]))
    def opens(self, at, of, language):
        enrolment, item = self.enrolment(of), self.item(self.lesson(at))
        if enrolment and item:
            actions.open_item(enrolment.pk, item.pk, language=language, now=self.now())

    @rule(at=pick, of=pick, language=st.sampled_from(["en", "fr"]))
    def finishes(self, at, of, language):
        enrolment, item = self.enrolment(of), self.item(self.lesson(at))
        if enrolment and item:
            known = {"language": language, "now": self.now()}
            why = refused(actions.complete_item, enrolment.pk, item.pk, **known)
            assert why in (None, "parts_missing", "withdrawn", "not_in_outline")
            if why is None:
                self.done.setdefault(enrolment.pk, set()).add(item.pk)

    @rule(of=pick, right=st.booleans())
    def answers(self, of, right):
        enrolment = self.enrolment(of)
        page = LessonPage.objects.filter(title="With a part", locale=self.course.locale).first()
        item = self.item(page) if page else None
        if enrolment and item:
            part = (enrolment.pk, item.pk, self.part["id"], ["b"])
            why = refused(actions.answer_self_check, *part, right=right, now=self.now())
            assert why in (None, "withdrawn", "not_in_outline")

    @rule(at=pick, of=pick)
    def writes_a_note(self, at, of):
        enrolment, item = self.enrolment(of), self.item(self.lesson(at))
        if enrolment and item:
            key = (enrolment.pk, item.pk, "note")
            known = Reflection.objects.filter(enrolment=enrolment, item=item).first()
            version = known.version if known else 0
            text = self.name()
            known = {"version": version, "now": self.now()}
            why = refused(actions.save_reflection, *key, text, **known)
            assert why in (None, "withdrawn", "not_in_outline")
            if why is None:
                self.notes[key] = text

    # --- What holds after every step ---

    @invariant()
    def no_event_is_lost_or_changed(self):
        now = {e["uuid"]: e for e in ProgressEvent.objects.values()}
        assert {uuid: now.get(uuid) for uuid in self.events} == self.events
        self.events = now

    @invariant()
    def outlines_never_change(self):
        now = {m["id"]: m for m in CourseManifest.objects.values()}
        now |= {("item", m["id"]): m for m in ManifestItem.objects.values()}
        assert {key: now.get(key) for key in self.manifests} == self.manifests
        self.manifests = now

    @invariant()
    def completed_stays_completed(self):
        now = {
            e.pk: (e.state, e.completed_at, e.manifest_id)
            for e in Enrolment.objects.filter(state="completed")
        }
        assert {pk: now.get(pk) for pk in self.completed} == self.completed
        self.completed = now

    @invariant()
    def percents_tell_the_truth(self):
        for summary in EnrolmentSummary.objects.select_related("enrolment"):
            assert 0 <= summary.percent <= 100
            assert (summary.percent == 100) == summary.enrolment.is_completed
            assert summary.required_done <= summary.required_total

    @invariant()
    def everything_done_is_done_in_ones_own_record_alone(self):
        reopened = set(
            ProgressEvent.objects.filter(verb="reopened").values_list("enrolment", "item")
        )
        rows = set(
            ItemProgress.objects.filter(done_at__isnull=False).values_list("enrolment", "item")
        )
        known = {(pk, item) for pk, items in self.done.items() for item in items}
        assert known - reopened <= rows
        by_parts = set(PartProgress.objects.values_list("enrolment", "item"))
        assert rows <= known | by_parts

    @invariant()
    def no_note_is_lost(self):
        found = {(n.enrolment_id, n.item_id, n.part): n.text for n in Reflection.objects.all()}
        assert {key: found.get(key) for key in self.notes} == self.notes

    @invariant()
    def summaries_equal_a_rebuild_once_everybody_is_in_line(self):
        behind = set(Enrolment.objects.behind().values_list("pk", flat=True))
        standing = Enrolment.objects.exclude(pk__in=behind).exclude(state="withdrawn")
        for pk in standing.values_list("pk", flat=True):
            assert actions.rebuild_progress(pk, write=False) == []


@pytest.mark.django_db
@pytest.mark.parametrize("share", range(4))
def test_whatever_editors_and_learners_do_nothing_is_lost(share):
    class Share(Changing):
        """The seed of a run without a base of examples comes from the class's name."""

        world = World()

    Share.__qualname__ = Share.__name__ = f"Share{share}"
    run_state_machine_as_test(
        Share,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=RUNS <= 50,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
