"""What anybody reads: all programmes, one programme, one call."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home import charts
from home.pagecontext import page_context
from home.pagemap import SOURCE, Node, page_map
from home.serving import specific_page
from mentoring import rules
from mentoring.models import Application, Call, CallPage, MentoringPage, Programme, ProgrammePage
from mentoring.states import ApplicationState, Pairs, Side, Stage
from mentoring.views import words
from mentoring.views.pictures import checkpoints, timeline
from participants.countries import country_name
from participants.views.nexts import sign_in_url, sign_up_url

PAIRS = {
    Pairs.PEOPLE: gettext_lazy("Brings people together"),
    Pairs.AUTHORITIES: gettext_lazy("Brings authorities together"),
}
SAID_FIRST = [Stage.OPEN, Stage.UPCOMING, Stage.CLOSED, Stage.RUNNING, Stage.OVER, Stage.CANCELLED]


def overview(request, page: MentoringPage):
    """What is open now comes first, then every programme with its calls."""
    programmes = _programmes(_nodes_below(page))
    calls = sorted((call for one in programmes for call in one["calls"]), key=_soonest)
    context = {
        **page_context(page),
        "open": [call for call in calls if call["stage"]["name"] == Stage.OPEN],
        "upcoming": [call for call in calls if call["stage"]["name"] == Stage.UPCOMING],
        "programmes": programmes,
    }
    return render(request, "mentoring/mentoring_page.html", context)


def programme(request, page: ProgrammePage):
    node = page_map().nodes.get(page.pk)
    found = _programmes([node]) if node else []
    shown = found[0] if found else {"calls": [], "pairs": ""}
    context = {**page_context(page), "programme": shown}
    return render(request, "mentoring/programme_page.html", context)


def call(request, page: CallPage):
    """What a call is about, when, for whom and by which criteria; and the way in."""
    record = Call.objects.select_related("programme").filter(key=page.translation_key).first()
    record = record or Call(
        key=page.translation_key, name=page.title, programme=Programme(name=page.title)
    )
    now = timezone.now()
    rows = words.criteria(record.weights)
    bars, height = charts.bars((name, Decimal(value), number) for name, value, number in rows)
    context = {
        **page_context(page),
        "call": {
            "stage": words.stage_look(_stage(record, now)),
            "opens": words.moment(record.opens_at),
            "closes": words.moment(record.closes_at),
            "pairs": PAIRS.get(record.programme.pairs, ""),
            "of_authorities": record.programme.pairs == Pairs.AUTHORITIES,
            "days_to_answer": record.days_to_answer,
            "level": record.get_language_level_display(),
            "days_together": record.days_together,
            "most_mentees": record.most_mentees,
            "countries": sorted(country_name(code) for code in record.countries),
            "checkpoints": checkpoints(record) if record.period_from else [],
        },
        "timeline": timeline(record, timezone.localdate()),
        "conditions": [
            {"title": label, "items": page.conditions_for(side), "words": getattr(page, said)}
            for side, label, said in (
                (Side.MENTEE, _("For mentees"), "mentees"),
                (Side.MENTOR, _("For mentors"), "mentors"),
            )
        ],
        "criteria": {
            "rows": [{"name": name, "number": number} for name, _value, number in rows],
            "bars": bars,
            "height": height,
            "sentence": "; ".join(f"{name}: {number}" for name, _value, number in rows),
        },
        "ways_in": _ways_in(request, record, now),
    }
    return render(request, "mentoring/call_page.html", context)


# --- The way in -------------------------------------------------------------------------------


@dataclass(frozen=True)
class WayIn:
    """One side of a call, for this reader: where its button leads, and what it says."""

    side: str
    label: str
    url: str
    is_begun: bool


def _ways_in(request, record: Call, now) -> dict:
    is_open = record.pk is not None and record.is_open(now)
    own = {}
    if record.pk and request.user.is_authenticated:
        own = {one.side: one for one in Application.objects.of(request.user).filter(call=record)}
    ways = [way for side in Side if (way := _way_in(record, side, own.get(side), is_open))]
    here = request.path
    return {
        "ways": ways,
        "sign_in_url": sign_in_url(here),
        "sign_up_url": sign_up_url(here),
        "needs_account": is_open and not request.user.is_authenticated,
    }


def _way_in(record: Call, side: str, own: Application | None, is_open: bool) -> WayIn | None:
    is_gone = own is None or own.state == ApplicationState.WITHDRAWN
    if is_gone and not is_open:
        return None
    if is_gone:
        label = _("Apply as a mentee") if side == Side.MENTEE else _("Apply as a mentor")
        return WayIn(side, label, reverse("mentoring:apply", args=[record.key, side]), False)
    url = reverse("mentoring:application", args=[own.pk])
    if own.state == ApplicationState.DRAFT and is_open:
        label = _("Go on as a mentee") if side == Side.MENTEE else _("Go on as a mentor")
    elif side == Side.MENTEE:
        label = _("Your application as a mentee")
    else:
        label = _("Your application as a mentor")
    return WayIn(side, label, url, True)


# --- Lists ------------------------------------------------------------------------------------


def _nodes_below(page: MentoringPage) -> list[Node]:
    """The programmes below the overview, in the order of the source's tree."""
    pages, language = page_map(), get_language()
    source = pages.in_language(page.translation_key, SOURCE)
    below = pages.children.get(source.path, []) if source else []
    shown = (pages.in_language(node.key, language) for node in below)
    return [node for node in shown if node and node.model == "programmepage"]


def _programmes(nodes: list[Node]) -> list[dict]:
    """Each with the calls that visitors are told of: one query for all of them."""
    pages, language, now = page_map(), get_language(), timezone.now()
    found: dict[UUID, list[dict]] = {}
    pairs: dict[UUID, str] = {}
    keys = [node.key for node in nodes]
    records = Call.objects.public().filter(programme__key__in=keys).select_related("programme")
    for record in records:
        node = pages.in_language(record.key, language)
        pairs[record.programme.key] = PAIRS[record.programme.pairs]
        if node and not node.restricted:
            url = pages.url(node, language)
            above = found.setdefault(record.programme.key, [])
            above.append(_call_row(record, node, url, now))
    return [
        {
            "title": node.title,
            "lang": node.language,
            "url": pages.url(node, language),
            "summary": specific_page(node.id).summary,
            "seed": str(node.key),
            "pairs": pairs.get(node.key, ""),
            "calls": sorted(found.get(node.key, []), key=_soonest),
        }
        for node in nodes
    ]


def _call_row(record: Call, node: Node, url: str, now) -> dict:
    return {
        "title": node.title,
        "lang": node.language,
        "url": url,
        "programme": record.programme.name,
        "seed": str(node.key),
        "summary": specific_page(node.id).summary,
        "stage": words.stage_look(_stage(record, now)),
        "opens": words.moment(record.opens_at),
        "closes": words.moment(record.closes_at),
        "closes_at": record.closes_at,
        "period": words.days(record.period_from, record.period_until),
    }


def _soonest(row: dict):
    """Open calls first, those that close first before the others."""
    place = SAID_FIRST.index(row["stage"]["name"]) if row["stage"]["name"] in SAID_FIRST else 9
    return place, row["closes"]["iso"] if row["closes"] else "", row["title"]


def _stage(record: Call, now) -> str:
    return rules.stage(record.state, record.opens_at, record.closes_at, now)
