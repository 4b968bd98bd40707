from participants.models.notices import MailTrouble, Notice, NoticePreference
from participants.models.organisations import Membership, Organisation, Region
from participants.models.profiles import Consent, Profile
from participants.models.records import Feedback, RoleChange
from participants.models.users import User

__all__ = [
    "Consent",
    "Feedback",
    "MailTrouble",
    "Membership",
    "Notice",
    "NoticePreference",
    "Organisation",
    "Profile",
    "Region",
    "RoleChange",
    "User",
]
