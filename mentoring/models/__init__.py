from mentoring.models.applications import Application, Conflict
from mentoring.models.calls import Call, Programme
from mentoring.models.desk import CallAct
from mentoring.models.matches import Match, MatchChange
from mentoring.models.pages import CallPage, MentoringPage, ProgrammePage
from mentoring.models.runs import MatchRun, PairRule, Proposal, Unplaced

__all__ = [
    "Application",
    "Call",
    "CallAct",
    "CallPage",
    "Conflict",
    "Match",
    "MatchChange",
    "MatchRun",
    "MentoringPage",
    "PairRule",
    "Programme",
    "ProgrammePage",
    "Proposal",
    "Unplaced",
]
