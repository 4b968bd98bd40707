from participants.actions.accounts import (
    add_person,
    change_email,
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
from participants.actions.erasure import (
    erase_again,
    erase_for_request,
    erase_oneself,
    erase_person,
    last_of,
    send_farewell,
    send_waiting_farewells,
)
from participants.actions.exports import (
    drop_expired_exports,
    make_export,
    make_waiting_exports,
    request_export,
    request_export_for,
)
from participants.actions.feedback import give_feedback, mail_feedback, mail_unsent_feedback
from participants.actions.notices import (
    Event,
    choose_paces,
    collect_digests,
    mark_read,
    notify,
    notify_each,
    sweep_notices,
    try_address_again,
)
from participants.actions.organisations import (
    confirm_membership,
    find_or_create_organisation,
    merge_organisation,
)
from participants.actions.post import (
    give_up,
    record_bounce,
    record_mail_bounced,
    send_notices,
)
from participants.actions.present import find_present, present
from participants.actions.profiles import record_consent, save_profile
from participants.actions.requests import (
    answer_request,
    ask_about_data,
    extend_request,
    record_request,
)
from participants.actions.retention import periods, retention_due, run_retention, sweep_retention

__all__ = [
    "Event",
    "add_person",
    "answer_request",
    "ask_about_data",
    "change_email",
    "choose_paces",
    "collect_digests",
    "confirm_membership",
    "drop_expired_exports",
    "end_device",
    "end_other_devices",
    "erase_again",
    "erase_for_request",
    "erase_oneself",
    "erase_person",
    "export_person",
    "extend_request",
    "find_or_create_organisation",
    "find_present",
    "forget_old_devices",
    "forget_unproven_password",
    "give_feedback",
    "give_up",
    "last_of",
    "mail_feedback",
    "mail_unsent_feedback",
    "make_export",
    "make_waiting_exports",
    "mark_read",
    "merge_organisation",
    "notify",
    "notify_each",
    "periods",
    "present",
    "record_bounce",
    "record_consent",
    "record_mail_bounced",
    "record_request",
    "record_sign_in",
    "request_export",
    "request_export_for",
    "retention_due",
    "run_retention",
    "save_profile",
    "send_farewell",
    "send_notices",
    "send_waiting_farewells",
    "sweep_notices",
    "sweep_retention",
    "touch_device",
    "try_address_again",
]
