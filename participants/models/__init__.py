from participants.models.devices import Device
from participants.models.notices import MailTrouble, Notice, NoticePreference
from participants.models.organisations import Membership, Organisation, Region
from participants.models.privacy import (
    DataExport,
    DataRequest,
    Farewell,
    InactivityWarning,
    RetentionRun,
)
from participants.models.profiles import Consent, Profile
from participants.models.records import Feedback, RoleChange, SweepRun
from participants.models.users import User

__all__ = [
    "Consent",
    "DataExport",
    "DataRequest",
    "Device",
    "Farewell",
    "Feedback",
    "InactivityWarning",
    "MailTrouble",
    "Membership",
    "Notice",
    "NoticePreference",
    "Organisation",
    "Profile",
    "Region",
    "RetentionRun",
    "RoleChange",
    "SweepRun",
    "User",
]
