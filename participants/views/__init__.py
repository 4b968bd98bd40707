from participants.views.desk import desk_login, desk_logout, desk_password_reset
from participants.views.feedback import feedback
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
    "desk_login",
    "desk_logout",
    "desk_password_reset",
    "feedback",
    "notice_settings",
    "notices",
    "notices_read",
    "organisations",
    "photo",
    "profile",
    "unsubscribe",
]
