"""The bank of questions at the editor's desk."""

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from courses import actions
from courses.forms import (
    QuestionForm,
    TranslationForm,
    initial_of,
    initial_translation,
    meaning_of,
    option_forms,
)
from courses.models import Question, QuestionText, QuestionVersion, QuizPage
from courses.permissions import may_change_question, may_see_questions, translates_into
from home.models import Topic
from home.pagemap import SOURCE
from participants.refusals import Refused

PAGE_SIZE = 50
LONGEST_SEARCH = 200
LANGUAGES = dict(settings.LANGUAGES)
STATES = {"": gettext_lazy("in use or free"), "archived": gettext_lazy("archived")}


def questions(request):
    """All questions, newest first; topic, state, a language that is missing and words narrow it."""
    _check(may_see_questions(request.user))
    chosen = {
        name: request.GET.get(name, "").strip() for name in ("q", "topic", "state", "without")
    }
    rows = Question.objects.with_words(SOURCE).with_usage().select_related("topic", "made_by")
    rows = rows.filter(retired_at__isnull=chosen["state"] != "archived")
    if chosen["topic"]:
        rows = rows.filter(topic__slug=chosen["topic"].replace("\0", ""))
    if chosen["without"] in LANGUAGES:
        rows = rows.without(chosen["without"])
    if chosen["q"]:
        rows = rows.saying(chosen["q"].replace("\0", "")[:LONGEST_SEARCH])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "rows": [{"question": q, "languages": found} for q, found in _with_languages(list(page))],
        "page": page,
        "query": query.urlencode(),
        "chosen": chosen,
        "topics": [(topic.slug, topic.label) for topic in Topic.objects.order_by("position")],
        "states": list(STATES.items()),
        "languages": [pair for pair in settings.LANGUAGES if pair[0] != SOURCE],
        "may_add": request.user.has_perm("courses.add_question"),
    }
    return TemplateResponse(request, "courses/desk/questions.html", context)


def add(request):
    _check(request.user.has_perm("courses.add_question"))
    sent = request.POST if request.method == "POST" else None
    form, options = QuestionForm(sent), option_forms(sent)
    if sent is not None:
        meaning = meaning_of(form, options, set())
        if meaning is not None:
            topic = form.cleaned_data["topic"]
            made = actions.make_question(
                meaning, topic_id=topic.pk if topic else None, by=request.user
            )
            messages.success(request, _("The question is in the bank. Quizzes can take it up now."))
            return redirect("courses_question", made.pk)
    context = {"form": form, "options": options, "may_change": True}
    return TemplateResponse(
        request, "courses/desk/question.html", context, status=_status(form, options)
    )


def question(request, pk: int):
    """A question with everything about it; whoever may, changes it here."""
    found, version = _found(request, pk)
    may_change = may_change_question(request.user, found)
    first, rows = initial_of(version.meaning(), found.topic_id)
    stamp = actions.source_stamp(version)
    theirs = None
    if request.method == "POST":
        _check(may_change)
        form, options = QuestionForm(request.POST), option_forms(request.POST, rows)
        meaning = meaning_of(form, options, {row["key"] for row in rows})
        if meaning is not None:
            try:
                return _changed(request, found, meaning, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, refusal.message)
                theirs = version.meaning()
                form.data = form.data | {"seen": stamp}
    else:
        form, options = QuestionForm(initial=first | {"seen": stamp}), option_forms(None, rows)
    context = {
        **_about(request, found, version),
        "form": form,
        "options": options,
        "may_change": may_change,
        "theirs": theirs and _readable(version),
    }
    return TemplateResponse(
        request, "courses/desk/question.html", context, status=_status(form, options)
    )


def history(request, pk: int):
    """Every version with its words, and how it was answered."""
    found, _version = _found(request, pk)
    handed_in = Q(answers__attempt__submitted_at__isnull=False)
    versions = (
        found.versions.select_related("made_by")
        .prefetch_related("texts")
        .annotate(
            asked=Count("answers", filter=handed_in),
            right=Count("answers", filter=handed_in & Q(answers__right=True)),
        )
    )
    context = {
        "question": found,
        "rows": [
            {
                "version": version,
                "readable": _readable(version),
                "share": 100 * version.right // version.asked if version.asked else None,
            }
            for version in versions
        ],
    }
    return TemplateResponse(request, "courses/desk/question_history.html", context)


def translate(request, pk: int, code: str):
    """The words of a question in one language, for whoever translates into it."""
    found, version = _found(request, pk)
    if code not in LANGUAGES or code == SOURCE:
        raise Http404
    _check(code in translates_into(request.user))
    source, _language = version.words_in(SOURCE)
    text = version.text_in(code)
    stamp = actions.translation_stamp(version, code)
    if request.method == "POST":
        form = TranslationForm(request.POST, source=source)
        if form.is_valid():
            try:
                actions.translate_question(
                    found.pk, code, form.words(), seen=form.cleaned_data["seen"]
                )
            except Refused as refusal:
                form.add_error(None, refusal.message)
                form.data = form.data | {"seen": stamp}
            else:
                messages.success(request, _("The translation is saved and shown to readers."))
                return redirect("courses_question", found.pk)
    else:
        words = initial_translation(text.wording() if text else None)
        form = TranslationForm(initial=words | {"seen": stamp}, source=source)
    context = {
        "question": found,
        "form": form,
        "language": LANGUAGES[code],
        "code": code,
        "source_code": SOURCE,
        "waits": text is not None and not text.is_ready,
    }
    template = "courses/desk/question_translate.html"
    return TemplateResponse(request, template, context, status=_status(form))


@require_POST
def archive(request, pk: int):
    """Takes a question out of the offer, or brings it back."""
    found, _version = _found(request, pk)
    _check(may_change_question(request.user, found))
    if request.POST.get("step") == "restore":
        actions.restore_question(found.pk)
        messages.success(request, _("Quizzes can take up the question again."))
    else:
        actions.archive_question(found.pk)
        messages.success(
            request,
            _("The question is archived. Quizzes that have it keep it until you edit them."),
        )
    return redirect("courses_question", found.pk)


def _found(request, pk: int) -> tuple[Question, QuestionVersion]:
    _check(may_see_questions(request.user))
    rows = Question.objects.with_words(SOURCE).select_related("made_by")
    found = get_object_or_404(rows, pk=pk)
    return found, found.versions.newest().prefetch_related("texts").get()


def _changed(request, found: Question, meaning, cleaned: dict):
    topic = cleaned["topic"]
    before = found.newest
    after = actions.change_question(
        found.pk,
        meaning,
        topic_id=topic.pk if topic else None,
        seen=cleaned["seen"] or None,
        by=request.user,
    )
    if after.newest > before:
        words = _("Saved as version %(number)s. Attempts that were begun keep the one before.")
        messages.success(request, words % {"number": after.newest})
    else:
        messages.success(request, _("Saved."))
    return redirect("courses_question", found.pk)


def _about(request, found: Question, version: QuestionVersion) -> dict:
    """Where a question is used, and how it stands in each language."""
    quizzes = QuizPage.objects.filter(
        questions__question=found, locale__language_code=SOURCE
    ).order_by("title")
    mine = set(translates_into(request.user))
    return {
        "question": found,
        "version": version,
        "quizzes": quizzes,
        "asked": version.answers.count(),
        "translations": [
            {
                "code": code,
                "name": name,
                "state": _state(version.text_in(code)),
                "may": code in mine,
            }
            for code, name in settings.LANGUAGES
            if code != SOURCE
        ],
    }


def _state(text: QuestionText | None) -> str:
    if text is None:
        return _("not translated")
    return _("translated") if text.is_ready else _("source changed since")


def _readable(version: QuestionVersion) -> dict:
    meaning = version.meaning()
    return {
        "question": meaning.words.question,
        "explanation": meaning.words.explanation,
        "options": [
            {
                "text": meaning.words.options[option.key][0],
                "feedback": meaning.words.options[option.key][1],
                "correct": option.correct,
            }
            for option in meaning.options
        ],
    }


def _with_languages(rows: list[Question]):
    """Each question with the languages in which its newest version is shown: one query."""
    texts = QuestionText.objects.filter(
        version__question__in=rows, version__number=F("version__question__newest"), is_ready=True
    )
    found: dict[int, list[str]] = {row.pk: [] for row in rows}
    for pk, code in texts.order_by("language").values_list("version__question", "language"):
        found[pk].append(code)
    return [(row, found[row.pk]) for row in rows]


def _status(form: forms.Form, options: forms.BaseFormSet | None = None) -> int:
    wrong = form.errors or (options is not None and options.total_error_count())
    return 422 if form.is_bound and wrong else 200


def _check(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


# --- The chooser on the form of a quiz --------------------------------------------------------


class QuestionFilterForm(BaseFilterForm):
    q = forms.CharField(label=gettext_lazy("Words of the question"), required=False, max_length=200)

    def filter(self, objects):
        objects = super().filter(objects)
        if words := self.cleaned_data["q"]:
            self.is_searching, self.search_query = True, words
            objects = objects.saying(words)
        return objects


class _Choose:
    filter_form_class = QuestionFilterForm

    def get_object_list(self):
        return Question.objects.current().with_words(SOURCE)


class QuestionChooseView(_Choose, ChooseView):
    pass


class QuestionChooseResultsView(_Choose, ChooseResultsView):
    pass


class QuestionChooser(ChooserViewSet):
    model = Question
    icon = "help"
    choose_one_text = gettext_lazy("Choose a question")
    choose_another_text = gettext_lazy("Choose another question")
    choose_view_class = QuestionChooseView
    choose_results_view_class = QuestionChooseResultsView
