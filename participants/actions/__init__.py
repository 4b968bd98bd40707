from participants.actions.accounts import (
    add_person,
    change_email,
    erase_person,
    export_person,
    forget_unproven_password,
)
from participants.actions.devices import (
    end_device,
    end_other_devices,
    forget_old_devices,
    mail_sign_in,
    mail_unsent_sign_ins,
    record_sign_in,
    touch_device,
)
from participants.actions.feedback import give_feedback, mail_feedback, mail_unsent_feedback
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
    "end_device",
    "end_other_devices",
    "erase_person",
    "export_person",
    "find_or_create_organisation",
    "forget_old_devices",
    "forget_unproven_password",
    "give_feedback",
    "mail_feedback",
    "mail_sign_in",
    "mail_unsent_feedback",
    "mail_unsent_sign_ins",
    "merge_organisation",
    "record_consent",
    "record_sign_in",
    "save_profile",
    "touch_device",
]
