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
from participants.views.profile import organisations, photo, profile

__all__ = [
    "ask",
    "desk_login",
    "desk_logout",
    "desk_password_reset",
    "download",
    "erase",
    "erased",
    "export",
    "feedback",
    "kept",
    "my_data",
    "organisations",
    "photo",
    "profile",
    "register",
]
