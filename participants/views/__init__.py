from participants.views.accounts import (
    device_end,
    devices,
    devices_end,
    prove_by_code,
    too_often,
)
from participants.views.desk import desk_login, desk_logout, desk_password_reset
from participants.views.feedback import feedback
from participants.views.my_data import (
    ask,
    download,
    erase,
    erased,
    export,
    kept,
    my_data,
    register,
)
from participants.views.notices import (
    address_again,
    notice_settings,
    notices,
    notices_read,
    unsubscribe,
)
from participants.views.profile import organisations, photo, profile

__all__ = [
    "address_again",
    "ask",
    "desk_login",
    "desk_logout",
    "desk_password_reset",
    "device_end",
    "devices",
    "devices_end",
    "download",
    "erase",
    "erased",
    "export",
    "feedback",
    "kept",
    "my_data",
    "notice_settings",
    "notices",
    "notices_read",
    "organisations",
    "photo",
    "profile",
    "prove_by_code",
    "register",
    "too_often",
    "unsubscribe",
]
