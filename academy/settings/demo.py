"""The platform on one machine without any server beside it: what `make run` starts."""

import os
import secrets
import socket

from academy.settings.base import *  # noqa: F403

DEMO = True


def _secret_key() -> str:
    """Made once for this folder, so that people stay signed in over a restart."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = VAR_DIR / "secret-key"
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as new:
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret_key()
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", HOST]
if HOST in {"0.0.0.0", "::"}:  # noqa: S104
    ALLOWED_HOSTS += [socket.gethostname(), socket.getfqdn()]
# Passkeys work under a name, not under a bare address.
WAGTAILADMIN_BASE_URL = f"http://localhost:{PORT}"

EMAIL_BACKEND = "academy.demo.mail.EmailBackend"
DEMO_MAIL_DIR = VAR_DIR / "mail"
# Every demonstration account has this password; accounts.yaml says who they are.
DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD", "welcome-to-the-academy")
STAFF_REQUIRES_SECOND_FACTOR = False
SERVE_MEDIA = True
if os.environ.get("RATE_LIMITS") == "off":  # for measuring from one address: tools/load.py
    ACCOUNT_RATE_LIMITS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
