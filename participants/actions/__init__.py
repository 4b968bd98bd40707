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
    record_sign_in,
    touch_device,
)
from participants.actions.feedback import give_feedback, mail_feedback, mail_unsent_feedback
from participants.actions.notices import (
    choose_paces,
    collect_digests,
    mark_read,
    notify,
    sweep_notices,
    try_address_again,
)
from participants.actions.organisations import (
    confirm_membership,
    find_or_create_organisation,
    merge_organisation,
)
from participants.actions.post import give_up, record_bounce, send_notices
from participants.actions.profiles import record_consent, save_profile

__all__ = [
    "add_person",
    "change_email",
    "choose_paces",
    "collect_digests",
    "confirm_membership",
    "end_device",
    "end_other_devices",
    "erase_person",
    "export_person",
    "find_or_create_organisation",
    "forget_old_devices",
    "forget_unproven_password",
    "give_feedback",
    "give_up",
    "mail_feedback",
    "mail_unsent_feedback",
    "mark_read",
    "merge_organisation",
    "notify",
    "record_bounce",
    "record_consent",
    "record_sign_in",
    "save_profile",
    "send_notices",
    "sweep_notices",
    "touch_device",
    "try_address_again",
]
