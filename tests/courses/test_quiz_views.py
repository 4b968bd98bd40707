"""A quiz as people take it: who may open it, what is never lost, and what the result explains."""

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from courses import actions
from courses.actions import Given
from courses.models import Attempt, AttemptAnswer, ManifestItem
from courses.states import QuizLayout
from courses.views.shared import sign_in_url
from home.pagemap import page_map
from participants.owners import signed_owner
from participants.states import Role
from tests.courses.conftest import drop, person
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db
RESULT = 8  # queries, however many questions and languages
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def page(db):
    course = make.course("Quizzed", lessons=(1,))
    make.quiz(course, introduction="<p>Look back first.</p>")
    actions.publish_outline(course)
    return course


@pytest.fixture
def quiz(page):
    return make.items_below(page)[-1]


@pytest.fixture
def item(page):
    return make.entries_of(page)[-1].item_id


@pytest.fixture
def enrolment(page, reader):
    return actions.enrol(reader.pk, make.run_of(page).pk)


@pytest.fixture
def attempt(enrolment, item):
    return actions.start_attempt(enrolment.pk, item, language="en")


@pytest.fixture
def signed_in(client, reader):
    client.force_login(reader)
    return client


def url(page, language="en"):
    pages = page_map()
    return pages.url(pages.nodes[page.pk], language)


def to(name, pk):
    return reverse(f"courses:{name}", args=[pk])


def all_on_one_page(quiz):
    quiz.layout = QuizLayout.ALL
    quiz.save_revision().publish()


def save(client, attempt, go="", **answers):
    """`q1="b"`, with `s1=0` for what the screen knew of; `go` is the button."""
    data = {"go": go, "owner": answers.pop("owner", "")}
    for name, value in answers.items():
        if name.startswith("q"):
            data[f"answer-{name[1:]}"] = value
            data.setdefault(f"saves-{name[1:]}", "0")
        else:
            data[f"saves-{name[1:]}"] = value
    return client.post(to("quiz_answers", attempt.pk), data)


def hand_in(client, attempt):
    seen = sum(AttemptAnswer.objects.filter(attempt=attempt).values_list("saves", flat=True))
    return client.post(to("quiz_submit", attempt.pk), {"seen": seen})


def chosen(attempt):
    return [row.chosen for row in attempt.answers.all()]


def words(answer):
    return " ".join(answer.content.decode().split())


# --- Who may open what ---


def test_a_visitor_reads_what_the_quiz_asks_for_and_is_shown_the_way_in(client, quiz):
    text = words(client.get(url(quiz)))
    assert "Look back first." in text
    assert "3 questions. You pass with 80 % right answers." in text
    assert "Begin the quiz" not in text
    assert "sign in</a>" in text
    assert "Question 1?" not in text


def test_somebody_who_is_not_enrolled_is_led_to_the_enrolment(signed_in, page, quiz):
    assert reverse("courses:enrol", args=[page.translation_key]) in words(signed_in.get(url(quiz)))
    assert signed_in.post(to("quiz_start", quiz.translation_key)).url == url(quiz)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("name", ["attempt", "quiz_answers", "quiz_submit"])
@pytest.mark.parametrize(
    "role", [Role.PARTICIPANT, Role.AUTHOR, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER]
)
def test_somebody_elses_attempt_does_not_exist(client, attempt, settings, name, role):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    other = people.staff(role, profile=True)
    client.force_login(other, backend=people.BACKEND)
    assert client.get(to(name, attempt.pk)).status_code == 404
    assert client.post(to(name, attempt.pk), {"saves-1": "", "answer-1": "b"}).status_code in (
        404,
        405,
    )
    assert chosen(attempt) == [[], [], []]
    assert Attempt.objects.get().is_open


@pytest.mark.parametrize("name", ["attempt", "quiz_answers", "quiz_submit"])
def test_a_visitor_is_led_to_the_sign_in_and_back_to_the_attempt(client, attempt, name):
    answer = client.post(to(name, attempt.pk)) if name != "attempt" else client.get(to(name, 7))
    back = to("attempt", attempt.pk if name != "attempt" else 7)
    assert unquote(answer.url) == unquote(sign_in_url(back))


@pytest.mark.parametrize("name", ["quiz_answers", "quiz_submit"])
def test_an_address_for_sending_leads_whoever_opens_it_to_the_quiz(signed_in, quiz, attempt, name):
    assert signed_in.get(to(name, attempt.pk)).url == url(quiz)
    assert signed_in.get(to("quiz_start", quiz.translation_key)).url == url(quiz)
    assert Attempt.objects.get().is_open


@pytest.mark.parametrize("name", ["attempt", "quiz_answers", "quiz_submit"])
def test_an_attempt_that_does_not_exist_is_not_found(signed_in, name):
    assert signed_in.get(to(name, 10**15)).status_code == 404


def test_a_lesson_has_no_quiz_to_start_and_a_quiz_is_not_marked_as_done(signed_in, page, quiz):
    lesson = make.lessons_of(page)[0]
    assert signed_in.post(to("quiz_start", lesson.translation_key)).status_code == 404
    assert signed_in.post(to("done", quiz.translation_key)).status_code == 404


# --- Taking it ---


def test_somebody_enrolled_begins_answers_one_by_one_hands_in_and_reads_the_result(
    signed_in, quiz, enrolment
):
    assert "Begin the quiz" in words(signed_in.get(url(quiz)))
    assert signed_in.post(to("quiz_start", quiz.translation_key)).url == url(quiz)
    attempt = Attempt.objects.get()
    first = words(signed_in.get(url(quiz)))
    assert "Question 1?" in first
    assert "Question 2?" not in first

    assert save(signed_in, attempt, "2", q1="b").url == f"{url(quiz)}?question=2"
    assert save(signed_in, attempt, "3", q2="b").url == f"{url(quiz)}?question=3"
    assert save(signed_in, attempt, "check", q3="a").url == f"{url(quiz)}?question=check"
    check = words(signed_in.get(f"{url(quiz)}?question=check"))
    assert check.count("Answer b") == 2
    assert "Hand in</button>" in check

    result = hand_in(signed_in, attempt)
    assert result.url == to("attempt", attempt.pk)
    text = words(signed_in.get(result.url))
    assert "Not passed yet: 66 %" in text
    assert "2 of 3 questions are right. 80 % are needed." in text
    assert "About a." in text
    assert "The council decides." in text


def test_all_questions_stand_on_one_page_where_the_quiz_says_so(signed_in, quiz, enrolment, item):
    all_on_one_page(quiz)
    attempt = actions.start_attempt(enrolment.pk, item)
    text = words(signed_in.get(url(quiz)))
    assert [f"Question {at}?" in text for at in (1, 2, 3)] == [True] * 3

    save(signed_in, attempt, "check", q1="b", q2="a", s3="0")
    assert chosen(attempt) == [["b"], ["a"], []]


def test_without_a_step_one_comes_back_to_the_first_question_without_an_answer(
    signed_in, quiz, attempt
):
    save(signed_in, attempt, q1="b")
    assert "Question 2?" in words(signed_in.get(url(quiz)))
    save(signed_in, attempt, q2="b")
    save(signed_in, attempt, q3="b")
    assert "Your answers" in words(signed_in.get(url(quiz)))


@pytest.mark.parametrize("step", ["0", "4", "-1", "x", "٣", "9" * 30, "🎒", "%00"])
def test_a_step_that_does_not_exist_shows_where_one_stopped(signed_in, quiz, attempt, step):
    assert "Question 1?" in words(signed_in.get(f"{url(quiz)}?question={step}"))


def test_open_questions_are_named_before_somebody_hands_in(signed_in, quiz, attempt):
    save(signed_in, attempt, q2="b")
    text = words(signed_in.get(f"{url(quiz)}?question=check"))
    assert "2 questions are not answered yet" in text
    assert "Hand in all the same" in text


def test_passing_the_last_open_item_says_that_the_course_is_complete(
    signed_in, page, attempt, enrolment
):
    actions.complete_item(enrolment.pk, make.entries_of(page)[0].item_id)
    for at in (1, 2, 3):
        save(signed_in, attempt, **{f"q{at}": "b"})
    text = words(signed_in.get(hand_in(signed_in, attempt).url))
    assert "You have completed this course. Well done." in text
    assert "Passed, with 100 %" in text


# --- Nothing is lost ---


def test_an_older_tab_overwrites_nothing_and_both_answers_are_shown(signed_in, quiz, attempt):
    save(signed_in, attempt, q1="b")
    answer = save(signed_in, attempt, "2", q1="a", s1="0")

    assert answer.status_code == 409
    text = words(answer)
    assert "On this screen you had chosen: <b>Answer a</b>" in text
    assert 'value="b" checked' in text
    assert chosen(attempt)[0] == ["b"]
    save(signed_in, attempt, "2", q1="a", s1="1")
    assert chosen(attempt)[0] == ["a"]


def test_what_else_an_older_tab_says_is_kept(signed_in, quiz, enrolment, item):
    all_on_one_page(quiz)
    attempt = actions.start_attempt(enrolment.pk, item)
    save(signed_in, attempt, q1="b")
    answer = save(signed_in, attempt, "check", s1="0", q2="b", q3="b")
    assert answer.status_code == 409
    assert chosen(attempt) == [["b"], ["b"], ["b"]]
    assert words(answer).count("On this screen you had chosen:") == 1


def test_nobody_hands_in_answers_that_they_did_not_look_at(signed_in, quiz, attempt):
    save(signed_in, attempt, q1="b")
    answer = signed_in.post(to("quiz_submit", attempt.pk), {"seen": "0"})
    assert answer.status_code == 409
    assert "You changed an answer in another tab." in words(answer)
    assert f'href="{url(quiz)}?question=1"' in words(answer)
    assert Attempt.objects.get().is_open


def test_handing_in_twice_leads_to_the_same_result(signed_in, attempt):
    first = hand_in(signed_in, attempt)
    again = hand_in(signed_in, attempt)
    assert first.url == again.url == to("attempt", attempt.pk)
    assert "handed in already" in words(signed_in.get(save(signed_in, attempt, q1="b").url))


def test_answers_of_an_ended_session_come_back_to_their_owner_and_to_nobody_else(
    client, reader, quiz, attempt
):
    owner = signed_owner(reader)
    answer = save(client, attempt, "2", q1="b", owner=owner)
    assert answer.url == sign_in_url(to("attempt", attempt.pk))
    assert chosen(attempt) == [[], [], []]

    session = dict(client.session)
    client.force_login(reader)
    assert client.get(to("attempt", attempt.pk)).url == url(quiz)
    text = words(client.get(url(quiz)))
    assert "not saved yet, because your session had ended" in text
    assert 'value="b" checked' in text

    save(client, attempt, "2", q1="b")
    assert "session had ended" not in words(client.get(f"{url(quiz)}?question=1"))
    assert chosen(attempt)[0] == ["b"]

    other = Client()
    other.force_login(person("other@example.org"))
    store = other.session
    store["quiz"] = session["quiz"]
    store.save()
    actions.enrol(int(other.session["_auth_user_id"]), attempt.enrolment.run_id)
    assert "session had ended" not in words(other.get(url(quiz)))


@pytest.mark.parametrize("owner", ["", "forged", "1:abc:def"])
def test_held_answers_with_a_forged_owner_are_shown_to_nobody(client, reader, quiz, attempt, owner):
    save(client, attempt, q1="b", owner=owner)
    client.force_login(reader)
    assert "session had ended" not in words(client.get(url(quiz)))


@pytest.mark.parametrize("layout", [QuizLayout.ONE, QuizLayout.ALL])
def test_nobody_hands_in_while_an_answer_of_an_ended_session_is_not_saved(
    client, reader, quiz, enrolment, item, layout
):
    quiz.layout = layout
    quiz.save_revision().publish()
    attempt = actions.start_attempt(enrolment.pk, item)
    save(client, attempt, "check", q2="b", owner=signed_owner(reader))
    client.force_login(reader)

    check = f"{url(quiz)}?question=check"
    text = words(client.get(check))
    assert "not saved yet, because your session had ended" in text
    assert "Question 2?" in text
    assert "Hand in" not in text
    answer = hand_in(client, attempt)
    assert answer.status_code == 409
    assert "Nothing is handed in yet: one of your answers is not saved." in words(answer)
    assert "<title>Please look again" in words(answer)
    assert Attempt.objects.get().is_open

    assert save(client, attempt, "check", q2="b").url == check
    assert "Hand in all the same" in words(client.get(check))
    hand_in(client, attempt)
    assert not Attempt.objects.get().is_open
    assert chosen(attempt) == [[], ["b"], []]


def test_what_is_held_and_says_nothing_else_than_what_is_saved_holds_nobody_back(
    client, reader, quiz, attempt
):
    actions.save_answers(attempt.pk, {1: Given(["b"])})
    owner = signed_owner(reader)
    save(client, attempt, q1="b", s2="0", s9="0", q9="b", owner=owner)
    client.force_login(reader)
    assert "session had ended" not in words(client.get(f"{url(quiz)}?question=1"))
    assert "Your answers" in words(client.get(f"{url(quiz)}?question=check"))
    assert hand_in(client, attempt).url == to("attempt", attempt.pk)


def test_whoever_handed_in_elsewhere_meanwhile_is_led_to_the_result(client, reader, attempt):
    save(client, attempt, q1="b", owner=signed_owner(reader))
    actions.submit_attempt(attempt.pk)
    client.force_login(reader)
    assert hand_in(client, attempt).url == to("attempt", attempt.pk)


@pytest.mark.parametrize(
    "data",
    [
        {"saves-1": "0", "answer-1": "nonsense"},
        {"saves-1": "0", "answer-1": ["a", "b"]},
        {"saves-1": "x" * 9000, "answer-1": "Ω" * 9000},
        {"saves-1": "0", "answer-1": "\0"},
        {"saves-999": "0", "answer-999": "b"},
        {"saves-x": "0", "answer-🎒": "b"},
        {},
    ],
)
def test_nonsense_saves_nothing_and_is_answered_in_words(signed_in, attempt, data):
    answer = signed_in.post(to("quiz_answers", attempt.pk), data)
    assert answer.status_code == 302
    assert signed_in.get(answer.url).status_code == 200
    assert chosen(attempt) == [[], [], []]


# --- With script ---


def test_a_script_saves_one_answer_and_hears_how_often_it_was_answered(signed_in, attempt):
    data = {"saves-1": "", "answer-1": "b"}
    answer = signed_in.post(to("quiz_answers", attempt.pk), data, **JSON)
    assert answer.json() == {
        "answers": {
            "1": {
                "saves": 1,
                "newer": False,
                "chosen": ["b"],
                "words": "Your answer is saved.",
            }
        }
    }


def test_an_answer_given_right_now_counts_and_one_that_comes_late_overwrites_nothing(
    signed_in, attempt
):
    now = {"saves-1": "", "answer-1": "a"}
    signed_in.post(to("quiz_answers", attempt.pk), {"saves-1": "", "answer-1": "b"}, **JSON)
    signed_in.post(to("quiz_answers", attempt.pk), now, **JSON)
    assert chosen(attempt)[0] == ["a"]

    late = {"saves-1": "0", "answer-1": "c"}
    told = signed_in.post(to("quiz_answers", attempt.pk), late, **JSON).json()["answers"]["1"]
    assert (told["newer"], told["chosen"]) == (True, ["a"])
    assert "Kept is: Answer a." in told["words"]


def test_a_script_without_a_session_or_after_the_hand_in_is_told_so(client, signed_in, attempt):
    data = {"saves-1": "", "answer-1": "b"}
    told = Client().post(to("quiz_answers", attempt.pk), data, **JSON)
    assert told.status_code == 401
    assert told.json()["url"] == sign_in_url(to("attempt", attempt.pk))

    hand_in(signed_in, attempt)
    told = signed_in.post(to("quiz_answers", attempt.pk), data, **JSON)
    assert (told.status_code, list(told.json())) == (409, ["words"])


# --- Results and languages ---


def finish(attempt, *keys):
    actions.save_answers(attempt.pk, {at: Given([k]) for at, k in enumerate(keys, start=1)})
    return actions.submit_attempt(attempt.pk)


def test_a_quiz_that_does_not_explain_tells_no_right_answer(signed_in, quiz, enrolment, item):
    quiz.explains = False
    quiz.save_revision().publish()
    attempt = finish(actions.start_attempt(enrolment.pk, item), "a", "b", "b")
    text = words(signed_in.get(to("attempt", attempt.pk)))
    assert "right answer" not in text.replace("which answers are right", "")
    assert "About" not in text
    assert "council" not in text


def test_former_attempts_are_listed_and_each_can_be_read_again(
    signed_in, quiz, attempt, enrolment, item
):
    finish(attempt, "a", "a", "a")
    second = finish(actions.start_attempt(enrolment.pk, item), "b", "b", "b")
    text = words(signed_in.get(url(quiz)))
    assert "Attempt 2</a>: 100 %, passed" in text
    assert "Attempt 1</a>: 0 %, not passed" in text
    assert "You have passed this quiz, and that stays." in text
    for one in (attempt, second):
        assert signed_in.get(to("attempt", one.pk)).status_code == 200


def test_a_result_is_read_in_the_language_of_the_reader_with_the_source_where_it_lacks(
    signed_in, attempt
):
    from tests.courses.test_question_bank import FRENCH

    question = attempt.answers.first().version.question
    actions.translate_question(question.pk, "fr", FRENCH)
    finish(attempt, "b", "b", "b")
    text = words(signed_in.get(to("attempt", attempt.pk).replace("/en/", "/fr/")))
    assert "<span>Qui décide ?</span>" in text
    assert '<span lang="en">Question 2?</span>' in text


def test_no_attempt_left_is_said_with_what_to_do(signed_in, quiz, enrolment, item):
    quiz.attempts_allowed = 1
    quiz.save_revision().publish()
    assert "one attempt left" in words(signed_in.get(url(quiz)))
    finish(actions.start_attempt(enrolment.pk, item), "a", "a", "a")
    text = words(signed_in.get(url(quiz)))
    assert "You have used all your attempts." in text
    assert "Try again</button>" not in text
    signed_in.post(to("quiz_start", quiz.translation_key))
    assert Attempt.objects.count() == 1


def test_an_archived_quiz_says_so_and_its_attempts_can_still_be_read(
    signed_in, page, quiz, attempt
):
    finish(attempt, "b", "b", "b")
    address = url(quiz)
    actions.archive(quiz)
    answer = signed_in.get(address)
    assert answer.status_code == 410
    assert "This quiz was archived" in words(answer)
    assert "Passed, with 100 %" in words(signed_in.get(to("attempt", attempt.pk)))
    why = words(signed_in.get(reverse("courses:why", args=[page.translation_key])))
    assert to("attempt", attempt.pk) in why
    assert "attempt 1: 100 %, passed" in why


@pytest.mark.parametrize(
    ("titles", "reads", "shown"),
    [
        ({"en": "Look back", "fr": "Regard"}, "fr", "<span>Regard</span>"),
        ({"en": "Look back", "de": "Rückblick"}, "fr", '<span lang="en">Look back</span>'),
        ({"de": "Rückblick"}, "fr", '<span lang="de">Rückblick</span>'),
        ({"de": "Rückblick"}, "en", '<span lang="de">Rückblick</span>'),
        ({}, "fr", "<span>Quiz</span>"),
    ],
)
def test_the_title_of_a_quiz_that_is_off_the_site_says_its_language(
    signed_in, page, quiz, attempt, titles, reads, shown
):
    finish(attempt, "b", "b", "b")
    actions.archive(quiz)
    ManifestItem.objects.filter(item=attempt.item_id).update(titles=titles)
    address = to("attempt", attempt.pk).replace("/en/", f"/{reads}/")
    assert shown in words(signed_in.get(address))


def test_an_attempt_at_a_quiz_that_an_outline_dropped_is_handed_in_and_explained(
    signed_in, page, quiz, attempt
):
    drop(page, quiz)
    for at in (1, 2, 3):
        save(signed_in, attempt, **{f"q{at}": "b"})
    assert "Passed, with 100 %" in words(signed_in.get(hand_in(signed_in, attempt).url))


def test_the_course_lists_its_quiz_at_the_end_and_my_academy_leads_there(
    signed_in, page, quiz, enrolment
):
    text = words(signed_in.get(url(page)))
    assert "At the end of the course" in text
    assert "one quiz" in text
    assert f'href="{url(quiz)}"' in text
    actions.complete_item(enrolment.pk, make.entries_of(page)[0].item_id)
    assert "Pass it: you may try again" in words(signed_in.get(url(page)))
    academy = words(signed_in.get(reverse("dashboard")))
    assert "Go to the quiz" in academy
    assert "Quiz: Quiz, 10 minutes" in academy


def test_an_editor_sees_the_questions_in_the_preview(quiz):
    text = quiz.make_preview_request().content.decode()
    assert [f"Question {at}?" in text for at in (1, 2, 3)] == [True] * 3


# --- Queries ---


@pytest.mark.parametrize("questions", [1, 3])
def test_a_quiz_under_way_costs_the_same_with_any_number_of_questions(
    signed_in, reader, questions, django_assert_num_queries
):
    course = make.course("Many", lessons=(1,))
    made = make.quiz(course, questions=questions, layout=QuizLayout.ALL)
    actions.publish_outline(course)
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    attempt = actions.start_attempt(enrolment.pk, make.entries_of(course)[-1].item_id)
    pages = [url(made), f"{url(made)}?question=check"]
    for address in pages:
        signed_in.get(address)
    for address in pages:
        with django_assert_num_queries(7):
            assert signed_in.get(address).status_code == 200
    actions.submit_attempt(attempt.pk)
    result = to("attempt", attempt.pk)
    signed_in.get(result)
    with django_assert_num_queries(RESULT):
        assert signed_in.get(result).status_code == 200
