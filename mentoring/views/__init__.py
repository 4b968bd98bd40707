from mentoring.views.application import answer, application, withdraw
from mentoring.views.applying import apply, discard, hand_in, step
from mentoring.views.match import match, reply
from mentoring.views.own import mentoring_of
from mentoring.views.pages import call, overview, programme

__all__ = [
    "answer",
    "application",
    "apply",
    "call",
    "discard",
    "hand_in",
    "match",
    "mentoring_of",
    "overview",
    "programme",
    "reply",
    "step",
    "withdraw",
]
