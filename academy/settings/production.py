"""A site on PostgreSQL and Redis behind a web server that ends TLS. Everything that differs from
place to place comes from the environment; docs/operations.md lists the variables."""

import os
from datetime import timedelta

from academy.settings import environment

_secret_key, _hosts, _database_url, _redis_url, _base_url = environment.required(
    SECRET_KEY="a long random text, kept secret",  # noqa: S106
    ALLOWED_HOSTS="the site's host names, with commas between them",
    DATABASE_URL="postgresql://user:password@host:5432/name",
    REDIS_URL="redis://host:6379/0",
    BASE_URL="the site's address, such as https://academy.example.org",
)
os.environ.setdefault("CELERY_BROKER_URL", _redis_url)

from academy.settings.base import *  # noqa: E402, F403

SECRET_KEY = _secret_key
SECRET_KEY_FALLBACKS = environment.listed("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.listed("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(".")]
WAGTAILADMIN_BASE_URL = _base_url

DATABASES = {"default": environment.postgres(_database_url)}
CACHES = {"default": environment.redis_cache(_redis_url, "academy")}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
BOUNCE_ADDRESS = os.environ.get("BOUNCE_ADDRESS", "")
NOTICE_GIVE_UP = timedelta(days=int(os.environ.get("NOTICE_GIVE_UP_DAYS", "5")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL)

SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", True)
if environment.flag("BEHIND_PROXY", True):
    # The web server in front must set this header itself and drop what a visitor sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Each of them adds the address it was asked from to X-Forwarded-For. Limits count by the one
    # that the outermost wrote, which no visitor can invent.
    ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1"))
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", str(365 * 24 * 3600)))
# What holds for a whole domain is its owner's decision, not one site's.
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = environment.flag("HSTS_PRELOAD", False)
# W019: the editor's preview stands in a frame of our own.
SILENCED_SYSTEM_CHECKS = [
    *SILENCED_SYSTEM_CHECKS,
    "security.W005",
    "security.W019",
    "security.W021",
]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
