"""The bank of questions at the desk, and quizzes on the screens of Wagtail and of the outline."""

import pytest
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from courses import actions
from courses.models import LearningItem, Question, QuizPage
from home import translations
from participants.states import Role, translator_group
from tests.factories import courses as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db

LIST = 15  # queries, however many questions
READERS = {Role.AUTHOR, Role.REVIEWER, Role.PUBLISHER, Role.COORDINATOR, Role.ADMINISTRATOR}
WRITERS = {Role.AUTHOR, Role.PUBLISHER, Role.ADMINISTRATOR}


@pytest.fixture(autouse=True)
def _no_second_step(settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False


@pytest.fixture
def question(db):
    return make.question()


@pytest.fixture
def publisher(client):
    return sign_in(client, people.staff(Role.PUBLISHER))


def sign_in(client, user):
    client.force_login(user, backend=people.BACKEND)
    return client


def translator(language="fr"):
    from django.contrib.auth.models import Group

    make.site_home().copy_for_translation(make.locale(language))
    from participants.roles import sync_roles

    sync_roles()
    user = people.staff(Role.TRANSLATOR)
    user.groups.add(Group.objects.get(name=translator_group(language)))
    return user


def filled(words="Who pays?", *, right="b", kind="single", texts=None, keys=None, **fields):
    """The form as a browser sends it: answers a, b and two empty rows."""
    texts = texts or {"a": "The state", "b": "The town"}
    data = {
        "question": words,
        "kind": kind,
        "explanation": "By law.",
        "topic": "",
        "options-TOTAL_FORMS": "5",
        "options-INITIAL_FORMS": "0",
        **fields,
    }
    for at, (key, text) in enumerate(texts.items()):
        data |= {f"options-{at}-text": text, f"options-{at}-feedback": f"About {key}."}
        data |= {f"options-{at}-key": key if keys else ""}
        if key in right:
            data[f"options-{at}-correct"] = "on"
    return data


def url_of(question, name="courses_question", *more):
    return reverse(name, args=[question.pk, *more])


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# --- Who may ---


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("courses_questions", READERS),
        ("courses_question", READERS),
        ("courses_question_history", READERS),
        ("courses_question_add", WRITERS),
    ],
)
def test_who_may_open_the_bank(client, question, name, allowed):
    url = reverse(name) if name in ("courses_questions", "courses_question_add") else ""
    url = url or url_of(question, name)
    assert "/account/login/" in client.get(url, follow=True).redirect_chain[-1][0]
    opened = set()
    for role in Role:
        sign_in(client, people.staff(role))
        if client.get(url).status_code == 200:
            opened.add(role)
    assert opened == allowed


@pytest.mark.parametrize(
    ("role", "changes"),
    [(Role.AUTHOR, False), (Role.REVIEWER, False), (Role.COORDINATOR, False)],
)
def test_who_may_not_change_somebody_elses_question_reads_it(client, question, role, changes):
    sign_in(client, people.staff(role))
    assert "You can read this question." in text_of(client.get(url_of(question)))
    assert client.post(url_of(question), filled()).status_code in (302, 403)
    client.post(url_of(question, "courses_question_archive"))
    question = Question.objects.get()
    assert (str(question), question.retired_at) == ("Who decides?", None)


def test_an_author_changes_an_own_question_until_it_is_in_use(client):
    author = people.staff(Role.AUTHOR)
    own = actions.make_question(make.meaning(), by=author)
    sign_in(client, author)
    assert client.post(url_of(own), filled()).status_code == 302
    assert str(Question.objects.get()) == "Who pays?"

    make.quiz(make.course(), questions=[own])
    client.post(url_of(own), filled("Who asks?"))
    assert str(Question.objects.get()) == "Who pays?"


@pytest.mark.parametrize("pk", [0, 10**15])
def test_a_question_that_does_not_exist_is_not_found(publisher, pk):
    answer = publisher.get(reverse("courses_question", args=[pk]), follow=True)
    assert answer.status_code == 404


# --- Writing ---


def test_a_question_is_added_with_its_answers_and_empty_rows_are_none(publisher):
    answer = publisher.post(reverse("courses_question_add"), filled())
    question = Question.objects.get()
    assert answer.url == url_of(question)
    (version,) = question.versions.all()
    meaning = version.meaning()
    assert meaning.words.question == "Who pays?"
    assert [meaning.words.options[o.key] for o in meaning.options] == [
        ("The state", "About a."),
        ("The town", "About b."),
    ]
    assert [o.correct for o in meaning.options] == [False, True]
    assert len({o.key for o in meaning.options}) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (filled(""), "Question: This field is required."),
        (filled(" "), "Question: This field is required."),
        (filled("Q" * 601), "at most 600 characters"),
        (filled("a\0b"), "Null characters are not allowed."),
        (filled(right=""), "Mark at least one answer as correct."),
        (filled(right="ab"), "Only one answer can be right here."),
        (filled(texts={"b": "Alone"}), "Give at least two answers."),
        (filled(texts={"a": "A", "b": ""}), "One answer has no text."),
        (filled(texts={"a": "A" * 301, "b": "B"}), "at most 300 characters"),
        (filled(kind="x"), "x is not one of the available choices"),
        (filled(topic="999999"), "Select a valid choice."),
        ({}, "Question: This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(publisher, data, words):
    answer = publisher.post(reverse("courses_question_add"), data)
    text = text_of(answer)
    assert answer.status_code == 422
    assert words in text
    assert "What you wrote is still here." in text
    if "options-1-text" in data:
        assert data["options-1-text"] in text
    assert not Question.objects.exists()


def test_a_question_in_greek_with_an_emoji_is_kept_as_written(publisher):
    publisher.post(
        reverse("courses_question_add"), filled("Ποιος πληρώνει; 🎒", texts={"a": "Α", "b": "Β"})
    )
    assert str(Question.objects.get()) == "Ποιος πληρώνει; 🎒"
    assert "Ποιος πληρώνει; 🎒" in text_of(publisher.get(reverse("courses_questions")))


def test_the_form_of_a_question_saves_what_it_shows_without_a_change(publisher, question):
    page = publisher.get(url_of(question))
    form, rows = page.context["form"], page.context["options"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"options-TOTAL_FORMS": len(rows.forms), "options-INITIAL_FORMS": 3}
    for row in rows:
        data |= {row.add_prefix(name): row[name].value() or "" for name in row.fields}
    assert publisher.post(url_of(question), data).status_code == 302
    assert [v.meaning() for v in question.versions.all()] == [make.meaning()]


def asked(question, user=None):
    page = make.course("Asking", lessons=(1,))
    make.quiz(page, questions=[question])
    actions.publish_outline(page)
    enrolment = actions.enrol((user or people.person(profile=True)).pk, make.run_of(page).pk)
    return actions.start_attempt(enrolment.pk, make.entries_of(page)[-1].item_id)


def test_changing_a_question_that_was_asked_says_that_it_makes_a_version(publisher, question):
    attempt = asked(question)
    actions.save_answers(attempt.pk, {1: actions.Given(["b"])})
    actions.submit_attempt(attempt.pk)
    assert "makes a new version" in text_of(publisher.get(url_of(question)))

    text = text_of(publisher.post(url_of(question), filled(keys=True), follow=True))

    assert "Saved as version 2." in text
    history = text_of(publisher.get(url_of(question, "courses_question_history")))
    assert "Version 2" in history
    assert "answered once, 100 % right" in history
    assert history.index("Who pays?") < history.index("<strong>Who decides?</strong>")


def test_two_editors_are_told_of_each_other_and_see_both(publisher, question):
    seen = publisher.get(url_of(question)).context["form"]["seen"].value()
    actions.change_question(question.pk, make.meaning("Who asks?"))

    answer = publisher.post(url_of(question), filled(seen=seen))
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Somebody else changed this question meanwhile." in text
    assert "<strong>Who asks?</strong>" in text
    assert "Who pays?" in text

    again = answer.context["form"]["seen"].value()
    assert publisher.post(url_of(question), filled(seen=again)).status_code == 302
    assert str(Question.objects.get()) == "Who pays?"


def test_a_question_is_archived_and_restored(publisher, question):
    address = url_of(question, "courses_question_archive")
    assert publisher.get(address).status_code == 405
    assert "is archived" in text_of(publisher.post(address, {"step": "archive"}, follow=True))
    assert "Who decides?" not in text_of(publisher.get(reverse("courses_questions")))
    archived = publisher.get(reverse("courses_questions"), {"state": "archived"})
    assert "Who decides?" in text_of(archived)
    publisher.post(address, {"step": "restore"})
    assert Question.objects.get().retired_at is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "decid"}, ["Who decides?"]),
        ({"q": "Qui"}, ["Who decides?"]),
        ({"q": "nothing like it"}, []),
        ({"q": "\0"}, ["Who pays?", "Who decides?"]),
        ({"without": "fr"}, ["Who pays?"]),
        ({"without": "xx"}, ["Who pays?", "Who decides?"]),
        ({"topic": "no-such"}, []),
        ({"page": "99"}, ["Who pays?", "Who decides?"]),
    ],
)
def test_the_list_is_narrowed_by_words_language_and_topic(publisher, question, query, found):
    from tests.courses.test_question_bank import FRENCH

    actions.translate_question(question.pk, "fr", FRENCH)
    make.question("Who pays?")
    rows = publisher.get(reverse("courses_questions"), query).context["rows"]
    assert [row["question"].words for row in rows] == found


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_whatever_the_questions(
    publisher, count, django_assert_num_queries
):
    questions = [make.question(f"Question {at}?") for at in range(count)]
    make.quiz(make.course(), questions=questions)
    publisher.get(reverse("courses_questions"))
    with django_assert_num_queries(LIST):
        publisher.get(reverse("courses_questions"))


# --- Translating ---


def french_form(question, seen, words="Qui décide ?"):
    keys = ["a", "b", "c"]
    return {
        "seen": seen,
        "question": words,
        "explanation": "Le conseil décide.",
        **{f"text-{key}": f"Réponse {key}" for key in keys},
        **{f"feedback-{key}": f"Sur {key}." for key in keys},
    }


def test_a_translator_writes_the_words_of_their_own_language_and_nothing_else(client, question):
    sign_in(client, translator("fr"))
    assert client.get(reverse("courses_questions")).status_code == 200
    assert "You can read this question." in text_of(client.get(url_of(question)))
    address = url_of(question, "courses_question_translate", "fr")
    page = client.get(address)
    assert "Who decides?" in text_of(page)
    seen = page.context["form"]["seen"].value()

    assert client.post(address, french_form(question, seen)).status_code == 302

    words, language = question.versions.get().words_in("fr")
    assert (words.question, words.options["b"], language) == (
        "Qui décide ?",
        ("Réponse b", "Sur b."),
        "fr",
    )
    german = url_of(question, "courses_question_translate", "de")
    assert client.post(german, french_form(question, seen)).status_code in (302, 403)
    assert question.versions.get().words_in("de")[1] == "en"
    for code in ("en", "xx"):
        wrong = url_of(question, "courses_question_translate", code)
        assert client.get(wrong, follow=True).status_code == 404


def test_half_a_translation_comes_back_and_keeps_what_was_written(client, question):
    sign_in(client, translator("fr"))
    address = url_of(question, "courses_question_translate", "fr")
    answer = client.post(address, {"question": "Qui ?", "text-a": "R" * 301})
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Qui ?" in text
    assert "Answer 2: This field is required." in text
    assert question.versions.get().words_in("fr")[1] == "en"


def test_two_translators_are_told_of_each_other(client, question):
    sign_in(client, translator("fr"))
    address = url_of(question, "courses_question_translate", "fr")
    seen = client.get(address).context["form"]["seen"].value()
    client.post(address, french_form(question, seen))
    answer = client.post(address, french_form(question, seen, "Qui paie ?"))
    assert answer.status_code == 422
    assert "Somebody else changed this question meanwhile." in text_of(answer)
    again = answer.context["form"]["seen"].value()
    assert client.post(address, french_form(question, again, "Qui paie ?")).status_code == 302


# --- Quizzes on other screens ---


def quiz_form(questions, **actions_):
    rows = [
        {"question": one.pk, "ORDER": str(at), "id": ""}
        for at, one in enumerate(questions, start=1)
    ]
    return nested_form_data(
        {
            "title": "A quiz",
            "slug": "a-quiz",
            "summary": "",
            "introduction": rich_text("<p>Look back.</p>"),
            "minutes": "5",
            "required": "on",
            "pass_mark": "80",
            "attempts_allowed": "",
            "layout": "one",
            "explains": "on",
            "questions": inline_formset(rows),
            "seo_title": "",
            "search_description": "",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
            **actions_,
        }
    )


@pytest.mark.parametrize("where", ["module", "course"])
def test_a_publisher_adds_a_quiz_with_questions_of_the_bank(publisher, question, where):
    course = make.course(lessons=(1,))
    parent = course if where == "course" else make.lessons_of(course)[0].get_parent()
    address = reverse("wagtailadmin_pages:add", args=["courses", "quizpage", parent.pk])
    assert publisher.get(address).status_code == 200
    publisher.post(address, quiz_form([question], **{"action-publish": "1"}))
    quiz = QuizPage.objects.get()
    assert (quiz.live, [one.question for one in quiz.questions.all()]) == (True, [question])


def test_a_quiz_without_questions_is_a_draft_and_is_not_published(publisher):
    course = make.course(lessons=(1,))
    address = reverse("wagtailadmin_pages:add", args=["courses", "quizpage", course.pk])
    answer = publisher.post(address, quiz_form([], **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert "Look back." in answer.content.decode()
    publisher.post(address, quiz_form([]))
    quiz = QuizPage.objects.get()
    assert not quiz.live
    publisher.post(reverse("wagtailadmin_pages:edit", args=[quiz.pk]), quiz_form([]))
    from home.publishing import UnfinishedPage

    with pytest.raises(UnfinishedPage):
        quiz.get_latest_revision().publish()


def test_editors_choose_among_the_questions_that_are_not_archived(publisher, question):
    actions.archive_question(make.question("Old one?").pk)
    address = reverse("question_chooser:choose")
    assert "Who decides?" in publisher.get(address).content.decode()
    assert "Old one?" not in publisher.get(address).content.decode()
    results = reverse("question_chooser:choose_results")
    assert "Who decides?" in publisher.get(results, {"q": "decides"}).content.decode()
    assert "Who decides?" not in publisher.get(results, {"q": "pays"}).content.decode()


def arrange(client, course, page, move, **more):
    url = reverse("courses_arrange", args=[course.pk])
    return client.post(url, {"page": page.pk, "move": move, **more}, follow=True)


def outline_of(course):
    return [
        (entry.titles["en"], entry.item.kind, entry.module_key == course.translation_key)
        for entry in make.entries_of(course)
    ]


def test_the_outline_desk_lists_moves_copies_and_archives_quizzes(publisher):
    course = make.course(lessons=(1, 1))
    first = make.lessons_of(course)[0].get_parent()
    quiz = make.quiz(first)
    desk = reverse("courses_outline", args=[course.pk])
    assert (
        "At the end of the course"
        not in text_of(publisher.get(desk)).split("<thead>")[1].split("<option")[0]
    )

    arrange(publisher, course, quiz, "into", target=course.pk)
    actions.publish_outline(course)
    assert outline_of(course) == [
        ("Lesson 1.1", "lesson", False),
        ("Lesson 2.1", "lesson", False),
        ("Quiz", "quiz", True),
    ]
    # A module goes past the quiz: on the screen there is nothing below the second one.
    second = make.lessons_of(course)[1].get_parent()
    assert "stays where it is" in text_of(arrange(publisher, course, second, "down"))
    arrange(publisher, course, second, "up")
    assert [lesson.title for lesson in make.lessons_of(course)] == ["Lesson 2.1", "Lesson 1.1"]

    lesson = make.lessons_of(course)[0]
    told = text_of(arrange(publisher, course, lesson, "into", target=course.pk))
    assert "Lessons go into modules, quizzes into modules or to the end of the course." in told

    arrange(publisher, course, quiz, "duplicate")
    copy = QuizPage.objects.get(title="Quiz (copy)")
    assert copy.questions.count() == 3
    assert LearningItem.objects.get(key=copy.translation_key).origin.key == quiz.translation_key

    archive = reverse("courses_archive", args=[quiz.pk])
    assert "One lesson or quiz is archived." in text_of(publisher.get(archive))
    publisher.post(archive, {"note": ""})
    assert not QuizPage.objects.get(pk=quiz.pk).live


def test_a_quiz_that_somebody_began_is_not_deleted(publisher, question):
    asked(question)
    quiz = QuizPage.objects.get()
    answer = publisher.post(reverse("wagtailadmin_pages:delete", args=[quiz.pk]), follow=True)
    assert "Nothing was deleted" in text_of(answer)
    assert QuizPage.objects.filter(pk=quiz.pk).exists()


def test_a_translated_quiz_follows_its_source_and_asks_what_the_source_asks(reader, question):
    course = make.course(lessons=(1, 1))
    module = make.lessons_of(course)[0].get_parent()
    quiz = make.quiz(module, questions=[question])
    actions.publish_outline(course)
    french = make.locale("fr")
    make.site_home().copy_for_translation(french)
    twin = translations.draft_copy(quiz, Locale.objects.get(pk=french.pk))
    make.translate_texts(quiz, french)
    twin = QuizPage.objects.get(pk=twin.pk)
    twin.save_revision().publish()
    assert [one.question for one in twin.questions.all()] == [question]

    quiz = QuizPage.objects.get(pk=quiz.pk)
    quiz.move(course, "last-child")
    actions.follow_source(course)
    twin.refresh_from_db()
    assert twin.get_parent().translation_key == course.translation_key

    quiz = QuizPage.objects.get(pk=quiz.pk)
    quiz.questions = [*quiz.questions.all(), *make_rows(make.question("Who pays?"))]
    quiz.save_revision().publish()
    actions.publish_outline(course)
    enrolment = actions.enrol(reader.pk, make.run_of(course).pk)
    attempt = actions.start_attempt(enrolment.pk, make.entries_of(course)[-1].item_id)
    assert attempt.answers.count() == 2


def make_rows(question):
    from courses.models import QuizQuestion

    return [QuizQuestion(question=question, sort_order=9)]
