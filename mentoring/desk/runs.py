"""Matchings at the desk: asked for, watched, read, published. Loads no numpy."""

from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from mentoring import actions
from mentoring.desk.common import call_context, found_call, found_run, tried
from mentoring.desk.pairs import named_pair
from mentoring.desk.words import SETTINGS, STAGES, fault_words
from mentoring.matching.results import Changes, Pair, Result, compare
from mentoring.models import Application, MatchRun
from mentoring.permissions import CHANGE
from mentoring.reasons import CRITERIA, REMEDIES, RULES
from mentoring.states import LanguageLevel, RunState, Side

PAGE = 50
CHANGES_SHOWN = 25
SORTS = {"best": ["-score", "pk"], "worst": ["score", "pk"], "name": ["mentee__person__name", "pk"]}
OPEN = (RunState.SOLVED, RunState.REVIEWED)


def runs(request, pk: int):
    """All matchings of a call; POST asks for one."""
    call = found_call(request, pk)
    rows = call.runs.select_related("asked_by", "published_by")
    context = {
        **call_context(call, "runs"),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("p")),
        "may_change": request.user.has_perm(CHANGE),
    }
    return TemplateResponse(request, "mentoring/desk/runs.html", context)


def ask(request, pk: int):
    """Asks the worker for a matching, and leads to it."""
    call = found_call(request, pk, CHANGE)
    if request.method == "POST":
        made: list[MatchRun] = []
        done = _("The matching is asked for.")
        if tried(request, lambda: made.append(actions.ask_for_run(call.pk, by=request.user)), done):
            return redirect("mentoring_run", made[0].pk)
    return redirect("mentoring_runs", call.pk)


def run(request, pk: int):
    """A matching: how far it is, why there is none, or the result."""
    found = found_run(request, pk)
    context = {**call_context(found.call, "runs"), "run": found}
    if found.state == RunState.DRAFT:
        return TemplateResponse(
            request, "mentoring/desk/run_progress.html", context | _stage(found)
        )
    if not found.digest:
        context |= {"fault": fault_words(found), "pair": named_pair(found.fault_pair)}
        context["may_change"] = request.user.has_perm(CHANGE)
        return TemplateResponse(request, "mentoring/desk/run_failed.html", context)
    context |= _result(request, found)
    return TemplateResponse(request, "mentoring/desk/run.html", context)


def progress(request, pk: int):
    """What the page of a run under way asks for; once it is done, the page itself comes anew."""
    found = found_run(request, pk)
    if found.state != RunState.DRAFT:
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("mentoring_run", args=[found.pk])
        return answer
    context = {"run": found, **_stage(found)}
    return TemplateResponse(request, "mentoring/desk/run_stage.html", context)


def review(request, pk: int):
    found = found_run(request, pk, CHANGE)
    if request.method == "POST":
        act = partial(actions.review, found.pk, by=request.user)
        tried(request, act, _("The matching is marked as reviewed."))
    return redirect("mentoring_run", found.pk)


def publish(request, pk: int):
    found = found_run(request, pk, CHANGE)
    if request.method == "POST":
        act = partial(actions.publish, found.pk, by=request.user)
        tried(request, act, _("The matching is published: the offers are on their way."))
    return redirect("mentoring_run", found.pk)


def _stage(found: MatchRun) -> dict:
    names = list(STAGES)
    at = names.index(found.stage) if found.stage in names else -1
    return {"step": at + 1, "steps": len(names), "stage": STAGES.get(found.stage)}


# --- The result -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """Points of one criterion, out of its weight."""

    label: str
    points: int
    most: int


def _result(request, found: MatchRun) -> dict:
    sort = request.GET.get("sort")
    sort = sort if sort in SORTS else "best"
    both = ("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation")
    order = [F(one).asc(nulls_last=True) if "__" in one else one for one in SORTS[sort]]
    proposals = found.proposals.select_related(*both).order_by(*order)
    page = Paginator(proposals, PAGE).get_page(request.GET.get("p"))
    left = found.unplaced.select_related("application__person", "application__organisation")
    left = left.order_by("application__side", "pk")
    left_page = Paginator(left, PAGE).get_page(request.GET.get("u"))
    open_ = found.state in OPEN
    return {
        "page": page,
        "sort": sort,
        "rows": [{"proposal": one, "bars": _bars(one, found)} for one in page],
        "left_page": left_page,
        "left": _left(list(left_page)),
        "stale": open_ and not actions.same_input(found),
        "is_open": open_,
        "own": found.asked_by_id == request.user.pk,
        "second_person": found.call.programme.second_person,
        "may_change": request.user.has_perm(CHANGE),
        "most": sum(found.asked["weights"].values()),
        **_since(found),
    }


def _bars(proposal, found: MatchRun) -> list[Bar]:
    weights = found.asked["weights"]
    return [
        Bar(str(label), proposal.points.get(criterion, 0), weights[criterion])
        for criterion, label in CRITERIA.items()
        if weights.get(criterion)
    ]


def _left(rows) -> list[dict]:
    """Whoever is in no pair: the rules in words, with counts, and the near misses by name."""
    ids = {pk for row in rows for pk in row.confidential.get("near", [])}
    people = Application.objects.for_desk().in_bulk(ids)
    return [
        {
            "application": row.application,
            "facts": row.facts,
            "blocked": _counted(row.facts["blocked"]),
            "confidential": _counted(row.confidential.get("blocked", {})),
            "near": [
                _near(near, people.get(other))
                for near, other in zip_longest(row.facts["near"], row.confidential.get("near", []))
            ],
        }
        for row in rows
    ]


def _counted(counts: dict) -> list[tuple[str, int]]:
    return [(str(RULES[rule]), counts[rule]) for rule in RULES if counts.get(rule)]


def _near(near: dict, other: Application | None) -> dict:
    has, needs = near["has"], near["needs"]
    if near["rule"] == "language":
        has = LanguageLevel(has).label if has else _("none in common")
        needs = LanguageLevel(needs).label
    return {
        "other": other,
        "worth": near["worth"],
        "rule": RULES[near["rule"]],
        "remedy": REMEDIES[near["remedy"]],
        "has": has,
        "needs": needs,
    }


# --- What changed -----------------------------------------------------------------------------


def _since(found: MatchRun) -> dict:
    """The matching before this one that had a result, and what differs."""
    earlier = found.call.runs.filter(number__lt=found.number).exclude(digest="")
    before = earlier.order_by("-number").first()
    if before is None:
        return {"before": None}
    changes = compare(_as_result(before), _as_result(found))
    return {
        "before": before,
        "settings": _settings_changed(before.asked, found.asked),
        "changes": _named_changes(changes),
        "score_change": found.totals["score"] - before.totals["score"],
    }


def _as_result(found: MatchRun) -> Result:
    """As far as comparing needs it, by ids of applications."""
    rows = found.proposals.values_list("mentee", "mentor", "points")
    pairs = (Pair(str(mentee), str(mentor), points) for mentee, mentor, points in rows)
    left = found.unplaced.filter(application__side=Side.MENTEE).values_list(
        "application", flat=True
    )
    return Result(
        pairs=tuple(sorted(pairs, key=lambda pair: pair.keys)),
        unmatched=tuple(str(pk) for pk in left),
        prices={},
        place=0,
        digest=found.digest,
    )


def _settings_changed(before: dict, after: dict) -> list[dict]:
    found = []
    for name, label in SETTINGS.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name == "weights":
            found += [
                {"label": CRITERIA[one], "old": old.get(one, 0), "new": new.get(one, 0)}
                for one in CRITERIA
                if old.get(one, 0) != new.get(one, 0)
            ]
        elif name == "period":
            found.append({"label": label, "old": " – ".join(old), "new": " – ".join(new)})
        elif name == "language_level":
            levels = LanguageLevel(old).label, LanguageLevel(new).label
            found.append({"label": label, "old": levels[0], "new": levels[1]})
        else:
            found.append({"label": label, "old": old, "new": new})
    return found


def _named_changes(changes: Changes) -> list[dict]:
    """Pairs and people by name, some of each kind."""
    groups = [
        (_("New pairs"), [pair.keys for pair in changes.added], None),
        (_("Pairs that are gone"), [pair.keys for pair in changes.gone], None),
        (
            _("The same pairs with other points"),
            [new.keys for _old, new in changes.revalued],
            [(old.score, new.score) for old, new in changes.revalued],
        ),
        (_("Without a mentor now"), [(key,) for key in changes.newly_unmatched], None),
    ]
    ids = {
        int(key) for _title, keys, _more in groups for pair in keys[:CHANGES_SHOWN] for key in pair
    }
    people = Application.objects.for_desk().in_bulk(ids)
    return [
        {
            "title": title,
            "count": len(keys),
            "more": max(len(keys) - CHANGES_SHOWN, 0),
            "rows": [
                {
                    "people": [people.get(int(key)) for key in pair],
                    "points": more[at] if more else None,
                }
                for at, pair in enumerate(keys[:CHANGES_SHOWN])
            ],
        }
        for title, keys, more in groups
        if keys
    ]
