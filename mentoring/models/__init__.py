from mentoring.models.applications import Application, Conflict
from mentoring.models.calls import Call, Programme
from mentoring.models.concerns import Concern, ConcernChange
from mentoring.models.desk import CallAct
from mentoring.models.matches import Match, MatchChange
from mentoring.models.mentorships import (
    Agreement,
    Checkpoint,
    CheckpointAnswer,
    Note,
    Session,
    SharedFile,
)
from mentoring.models.pages import CallPage, MentoringPage, ProgrammePage
from mentoring.models.runs import MatchRun, PairRule, Proposal, Unplaced

__all__ = [
    "Agreement",
    "Application",
    "Call",
    "CallAct",
    "CallPage",
    "Checkpoint",
    "CheckpointAnswer",
    "Concern",
    "ConcernChange",
    "Conflict",
    "Match",
    "MatchChange",
    "MatchRun",
    "MentoringPage",
    "Note",
    "PairRule",
    "Programme",
    "ProgrammePage",
    "Proposal",
    "Session",
    "SharedFile",
    "Unplaced",
]
