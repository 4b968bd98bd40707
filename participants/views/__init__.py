from participants.views.desk import desk_login, desk_logout, desk_password_reset
from participants.views.feedback import feedback
from participants.views.profile import organisations, photo, profile

__all__ = [
    "desk_login",
    "desk_logout",
    "desk_password_reset",
    "feedback",
    "organisations",
    "photo",
    "profile",
]
