from participants.views.accounts import (
    device_end,
    devices,
    devices_end,
    prove_by_code,
    too_often,
)
from participants.views.desk import desk_login, desk_logout, desk_password_reset
from participants.views.feedback import feedback
from participants.views.profile import organisations, photo, profile

__all__ = [
    "desk_login",
    "desk_logout",
    "desk_password_reset",
    "device_end",
    "devices",
    "devices_end",
    "feedback",
    "organisations",
    "photo",
    "profile",
    "prove_by_code",
    "too_often",
]
