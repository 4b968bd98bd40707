from participants.actions.accounts import (
    add_person,
    change_email,
    erase_person,
    export_person,
    forget_unproven_password,
)
from participants.actions.feedback import give_feedback, mail_feedback, mail_unsent_feedback
from participants.actions.notices import notify, send_notices
from participants.actions.organisations import (
    confirm_membership,
    find_or_create_organisation,
    merge_organisation,
)
from participants.actions.profiles import record_consent, save_profile

__all__ = [
    "add_person",
    "change_email",
    "confirm_membership",
    "erase_person",
    "export_person",
    "find_or_create_organisation",
    "forget_unproven_password",
    "give_feedback",
    "mail_feedback",
    "mail_unsent_feedback",
    "merge_organisation",
    "notify",
    "record_consent",
    "save_profile",
    "send_notices",
]
