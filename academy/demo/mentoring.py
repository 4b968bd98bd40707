"""The demonstration's mentoring: two programmes, three calls in different states, and people who
applied. Drawn from lists, the same at every load; dates count from the day of loading."""

import json
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from academy.actions import save_programme
from academy.demo.blocks import stream
from academy.demo.reader import Source, read_mentoring, read_yaml, rich_text
from academy.models import Programme as Folder
from home.models import StandardPage, Topic
from mentoring import actions
from mentoring.models import (
    Application,
    Call,
    CallPage,
    Match,
    MatchRun,
    MentoringPage,
    Programme,
    ProgrammePage,
)
from mentoring.states import HALF_DAYS, ApplicationState, CallState, Side
from participants.actions import add_person, save_profile
from participants.states import Role

MENTEES, MENTORS = 40, 25
EARLIER = 10
ADDRESS = "{side}{number:02}@demo.example.org"


class Mentoring:
    """`loader` makes pages and says what was made."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.lists = read_yaml(loader.root / "mentoring/people.yaml")
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.password = make_password(loader.password)  # once: to hash takes its time on purpose

    def pages(self, source: Source, home: Any) -> None:
        # What stood here before there was mentoring.
        for old in StandardPage.objects.filter(translation_key=source.key):
            old.delete()
        home.refresh_from_db()
        self.overview = self.loader._page(MentoringPage, source, home, self._overview)
        for programme in read_mentoring(self.loader.root):
            page = self.loader._page(
                ProgrammePage, programme, self.overview, self._programme_fields
            )
            for call in programme.children:
                self.loader._page(CallPage, call, page, self._call_fields)

    def _overview(self, page: MentoringPage, source: Source) -> None:
        page.lede = page.search_description = source.meta["summary"]
        page.body = stream(source, self.loader.files)
        page.show_in_menus = True

    def _programme_fields(self, page: ProgrammePage, source: Source) -> None:
        page.summary = page.search_description = source.meta["summary"]
        page.body = stream(source, self.loader.files)
        page.is_demonstration = True

    def _call_fields(self, page: CallPage, source: Source) -> None:
        meta = source.meta
        page.summary = page.search_description = meta["summary"]
        page.purpose = rich_text(source.text)
        page.mentees, page.mentors = rich_text(meta["mentees"]), rich_text(meta["mentors"])
        page.privacy = rich_text(meta["privacy"])
        page.conditions = json.dumps(
            [
                {
                    "type": "condition",
                    "value": {"text": one["text"], "who": one["who"]},
                    "id": str(uuid5(source.key, one["id"])),
                }
                for one in meta["conditions"]
            ]
        )
        page.is_demonstration = True

    def people(self) -> None:
        """Records, coordinators and applications; nothing where the calls have their dates."""
        fresh = []
        for source in read_mentoring(self.loader.root):
            programme = Programme.objects.get(key=source.key)
            Programme.objects.filter(pk=programme.pk).update(pairs=source.meta["pairs"])
            for one in source.children:
                call = Call.objects.get(key=one.key)
                if call.opens_at is None:
                    fresh.append(self._dated(call, one.meta["record"]))
        self._coordinators()
        if fresh:
            self._apply(fresh)

    def _dated(self, call: Call, record: dict) -> Call:
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        call.opens_at = now + timedelta(days=record["opens"])
        call.closes_at = now + timedelta(days=record["closes"])
        call.period_from = (now + timedelta(days=record["period_from"])).date()
        call.period_until = (now + timedelta(days=record["period_until"])).date()
        for name in ("sessions", "session_minutes", "language_level"):
            setattr(call, name, record.get(name, getattr(call, name)))
        call.state = record["state"]
        call.save()
        self.loader.say(f"call: {call.programme.name}, {call.name}")
        return call

    def _coordinators(self) -> None:
        """Each programme of the demonstration brings its mentoring to its coordinators."""
        users = get_user_model().objects
        for data in read_yaml(self.loader.root / "programmes.yaml"):
            folder = Folder.objects.filter(name=data["name"], archived_at=None).first()
            if folder is None or folder.mentoring.exists() or not data.get("mentoring"):
                continue
            coordinators = users.filter(email__in=data["coordinators"])
            save_programme(
                folder,
                courses=list(folder.courses.values_list("pk", flat=True)),
                mentoring=list(Programme.objects.values_list("pk", flat=True)),
                coordinators=list(coordinators.values_list("pk", flat=True)),
            )

    # --- Who applied ------------------------------------------------------------------------

    def _apply(self, calls: list[Call]) -> None:
        for call in calls:
            draw = random.Random(str(call.key))  # noqa: S311
            first = call.state == CallState.RUNNING
            few = call.state == CallState.OPEN
            counts = {
                Side.MENTEE: EARLIER if first else 8 if few else MENTEES,
                Side.MENTOR: EARLIER if first else 5 if few else MENTORS,
            }
            for side, count in counts.items():
                for at in range(count):
                    self._application(call, side, at, draw)
            if first:
                self._begun(call)
            elif not few:
                self._matched(call)

    def _application(self, call: Call, side: str, at: int, draw: random.Random) -> Application:
        person, town = self._person(side, at)
        theme, *others = draw.sample(sorted(self.lists["themes"]), 3 if side == Side.MENTEE else 4)
        words = self.lists["themes"][theme]
        submitted = call.opens_at + (call.closes_at - call.opens_at) * draw.uniform(0.1, 0.25)
        languages = {self.lists["languages"][town[1]]: 6}
        languages["en"] = max(languages.get("en", 0), draw.choice([3, 4, 5, 5, 6]))
        mentee = side == Side.MENTEE
        made = Application.objects.create(
            call=call,
            person=person,
            side=side,
            state=self._state(call, draw),
            organisation=person.profile.organisation,
            country=person.profile.country,
            role=draw.choice(["elected-member", "elected-member", "head-of-executive"]),
            level_of_government="local",
            degree_of_urbanisation=town[2],
            size_band=town[3],
            experience_band=draw.choice([0, 0, 1, 1, 2] if mentee else [2, 3, 3, 4]),
            challenge=words["challenge"] if mentee else "",
            objective=words["objective"] if mentee else "",
            experience="" if mentee else words["experience"],
            languages=languages,
            half_days=sorted(draw.sample(HALF_DAYS, draw.randint(3, 7)), key=HALF_DAYS.index),
            available_from=call.period_from,
            available_until=call.period_until,
            capacity=1 if mentee else draw.choice([1, 1, 2, 2, 3]),
            conditions=self._ticked(call, side),
            privacy_wording="1",
            language="en",
            created_at=submitted,
            saved_at=submitted,
            submitted_at=submitted,
        )
        made.topics.set([self.topics[slug] for slug in [theme, *others]])
        return made

    def _ticked(self, call: Call, side: str) -> list[dict]:
        page = CallPage.objects.get(translation_key=call.key, locale=self.loader.locales["en"])
        return [{**one, "language": "en"} for one in page.conditions_for(side)]

    def _state(self, call: Call, draw: random.Random) -> str:
        if call.state == CallState.OPEN:
            return draw.choice([ApplicationState.SUBMITTED, ApplicationState.ELIGIBLE])
        return ApplicationState.ELIGIBLE

    def _person(self, side: str, at: int) -> tuple[Any, list]:
        """The same people apply to all calls; a mentee's town is never a mentor's."""
        towns = self.lists["towns"]
        town = towns[(2 * at + (side == Side.MENTOR)) % len(towns)]
        email = ADDRESS.format(side=side, number=at + 1)
        found = get_user_model().objects.filter(email=email).first()
        if found:
            return found, town
        names = self.lists["first_names"]
        name = names[(at + (17 if side == Side.MENTOR else 0)) % len(names)]
        user = add_person(
            email,
            f"{name} {self.lists['family_name']}",
            roles=[Role.PARTICIPANT],
        )
        get_user_model().objects.filter(pk=user.pk).update(password=self.password)
        save_profile(
            user.pk,
            country={"EL": "GR"}.get(town[1], town[1]),
            organisation=f"{town[0]} (demonstration)",
            answers={},
        )
        user.refresh_from_db()
        return user, town

    def _matched(self, call: Call) -> MatchRun:
        """A matching, which a second person has still to publish."""
        return actions.solve_run(actions.ask_for_run(call.pk, by=self._account("coordinator")).pk)

    def _begun(self, call: Call) -> None:
        """Mentorships that were accepted weeks ago, but for one that waits for an answer."""
        then: datetime = call.closes_at + timedelta(days=14)
        run = self._matched(call)
        actions.publish(run.pk, by=self._account("administrator"), now=then)
        *accepted, open_one = Match.objects.filter(run=run).order_by("pk")
        for match in accepted:
            for application in (match.mentor, match.mentee):
                then += timedelta(hours=5)
                actions.accept(match.pk, application.person_id, now=then)
        Match.objects.filter(pk=open_one.pk).update(answer_by=timezone.now() + timedelta(days=9))
        actions.accept(open_one.pk, open_one.mentor.person_id)

    @staticmethod
    def _account(role: str) -> Any:
        return get_user_model().objects.filter(email=f"{role}@demo.example.org").first()
