"""People who are signed in and take a course again and again while something breaks. Each remembers
what the site told them was saved, and every answer that nobody should get."""

import contextlib
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.browsing import Answer, Visitor

LOGIN = "/en/account/login/"
DONE = re.compile(r'action="(/en/learn/lesson/[^"]+/done/)"')
HIDDEN = re.compile(r'name="(event|outline)" value="([^"]*)"')
IS_SAVED = ("This lesson is done, and saved.", "You have completed this course.")
WORDS = {
    503: "The site cannot be reached for a moment",
    500: "Something went wrong on our side",
}
BREATH = 0.05


@dataclass
class Course:
    key: str
    lessons: list[str]


@dataclass
class Learner:
    """`saved` holds each lesson that the site said was saved, with the attempt; `attempt` is the
    one under way, and all before it were completed."""

    port: int
    email: str
    course: Course
    may_break: bool = False
    attempt: int = 1
    saved: set[tuple[int, str]] = field(default_factory=set)
    answers: Counter = field(default_factory=Counter)
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)
    visitor: Visitor = field(default_factory=Visitor)
    end: threading.Event = field(default_factory=threading.Event)

    def sign_in(self, password: str) -> None:
        answer = self.visitor.send(self.port, LOGIN, login=self.email, password=password)
        assert answer.status == 302, answer.text

    def learn(self) -> None:
        while not self.end.is_set():
            for lesson in self.course.lessons:
                while not self.end.is_set() and not self._finish(lesson):
                    time.sleep(BREATH)
            while not self.end.is_set() and not self._begin_again():
                time.sleep(BREATH)

    def _finish(self, lesson: str) -> bool:
        page = self._ask(lambda: self.visitor.get(self.port, lesson))
        if page is None or not self._is(page, 200, lesson):
            return False
        form = DONE.search(page.text)
        saved = any(words in page.text for words in IS_SAVED)
        if form and not saved:
            fields = dict(HIDDEN.findall(page.text))
            sent = self._ask(lambda: self.visitor.fill_in(self.port, page, form[1], **fields))
            saved = sent is not None and self._leads_on(sent, lesson)
        if saved:
            self.saved.add((self.attempt, lesson))
        return saved

    def _begin_again(self) -> bool:
        """Asks until the site shows no form any more: then an attempt is under way, whichever
        answer was lost on the way."""
        path = f"/en/learn/course/{self.course.key}/again/"
        page = self._ask(lambda: self.visitor.get(self.port, path))
        if page is None or page.status not in {200, 302}:
            return False
        if page.status == 302:
            if "login" in page.headers["Location"]:
                self.wrong.append("signed out")
                return False
            self.attempt += 1
            return True
        self._ask(lambda: self.visitor.fill_in(self.port, page, path))
        return False

    def _leads_on(self, answer: Answer, lesson: str) -> bool:
        """Who is led back to the lesson, or to sign in, has saved nothing."""
        if not self._is(answer, 302, lesson):
            return False
        place = answer.headers["Location"]
        if place.startswith((lesson, LOGIN)):
            self.wrong.append(f"led to {place}")
            return False
        return True

    def _is(self, answer: Answer, status: int, what: str) -> bool:
        if answer.status not in {status, *WORDS}:
            self.wrong.append(f"{answer.status} for {what}")
        return answer.status == status

    def _ask(self, call) -> Answer | None:
        """Nothing where the line broke, which only a dying web process excuses."""
        begun = time.monotonic()
        try:
            answer = call()
        except (OSError, http.client.HTTPException) as error:
            if not self.may_break:
                self.wrong.append(type(error).__name__)
            answer = None
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.answers[answer.status if answer else "broken"] += 1
        if answer and answer.status in WORDS and WORDS[answer.status] not in answer.text:
            self.wrong.append(f"{answer.status} without its words")
        return answer


@dataclass
class Crowd:
    people: list[Learner]

    def saved(self) -> int:
        return sum(len(person.saved) for person in self.people)

    def answers(self) -> Counter:
        return sum((person.answers for person in self.people), Counter())

    def wrong(self) -> Counter:
        return Counter(words for person in self.people for words in person.wrong)

    def slowest(self) -> float:
        return max(person.slowest for person in self.people)

    def everybody_saves(self, times: int = 2):
        """A question: whether each has saved so many more lessons since it was made."""
        before = {person.email: len(person.saved) for person in self.people}
        return lambda: all(len(p.saved) >= before[p.email] + times for p in self.people)

    @contextlib.contextmanager
    def learning(self) -> Iterator[None]:
        threads = [threading.Thread(target=person.learn) for person in self.people]
        for person in self.people:
            person.end.clear()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for person in self.people:
                person.end.set()
            for thread in threads:
                thread.join()
