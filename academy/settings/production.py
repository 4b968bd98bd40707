"""A site on PostgreSQL and Redis behind a web server that ends TLS. Everything that differs from
place to place comes from the environment; docs/operations.md lists the variables."""

import os
from datetime import timedelta

from academy.settings import environment, services

environment.required(
    SECRET_KEY="a long random text, kept secret",  # noqa: S106
    ALLOWED_HOSTS="the site's host names, with commas between them",
    DATABASE_URL="postgresql://user:password@host:5432/name",
    REDIS_URL="redis://host:6379/0",
    BASE_URL="the site's address, such as https://academy.example.org",
)
_redis_url = environment.redis_address("REDIS_URL")
os.environ["CELERY_BROKER_URL"] = environment.redis_address("CELERY_BROKER_URL") or _redis_url
environment.together("EU_LOGIN_CLIENT_ID", "EU_LOGIN_CLIENT_SECRET", "EU_LOGIN_SERVER_URL")
environment.https_address("EU_LOGIN_SERVER_URL")

from academy import logs  # noqa: E402
from academy.settings.base import *  # noqa: E402, F403

SECRET_KEY = environment.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.secrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(".")]
WAGTAILADMIN_BASE_URL = environment.site_address("BASE_URL", ALLOWED_HOSTS)

# Lasting connections and a pool were equally quick (docs/decisions/0014-production.md); a pool
# holds fewer connections where many threads share a process.
DATABASES = {
    "default": environment.pooled(
        environment.postgres(environment.text_of("DATABASE_URL")),
        environment.number("DATABASE_POOL", 0, most=100),
    )
}
CACHES = environment.redis_caches(_redis_url, "academy")
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"

# --- Files ------------------------------------------------------------------------------------

_storages = services.object_storage()
STORAGES |= _storages
# A bucket that is closed to the public is read by the site itself.
SERVE_MEDIA = environment.flag("SERVE_MEDIA", bool(_storages))
if _storages and environment.flag("S3_SIGNED_LINKS", False):
    # The view still asks who may have a document; the storage then hands it out, for a minute.
    WAGTAILDOCS_SERVE_METHOD = "redirect"
if _report_uri := environment.https_address("CSP_REPORT_URI"):
    POLICY_REPORTS_TO = _report_uri
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["report-uri"] = [_report_uri]
if _public_url := environment.https_address("S3_PUBLIC_URL"):
    for _directive in ("img-src", "media-src"):
        CONTENT_SECURITY_POLICY["DIRECTIVES"][_directive] += origins(_public_url)

# --- Mail -------------------------------------------------------------------------------------

EMAIL_HOST = environment.text_of("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = environment.text_of("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL", False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise environment.EnvironmentIncomplete(
        "EMAIL_USE_TLS and EMAIL_USE_SSL are both on: choose one, TLS for port 587, SSL for 465."
    )
EMAIL_TIMEOUT = 20
BOUNCE_ADDRESS = environment.text_of("BOUNCE_ADDRESS")
NOTICE_GIVE_UP = timedelta(days=environment.number("NOTICE_GIVE_UP_DAYS", 5, least=1, most=60))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text_of("DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL)
_mail = services.mail()
globals().update(_mail)
if _mail:
    INSTALLED_APPS = [*INSTALLED_APPS, "anymail"]

# --- What stands in front -----------------------------------------------------------------------

SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", True)
_proxies = environment.number("TRUSTED_PROXIES", 1, least=1, most=10)
if environment.flag("BEHIND_PROXY", True):
    # The web server in front must set this header itself and drop what a visitor sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Each of them adds the address it was asked from to X-Forwarded-For. Limits count by the one
    # that the outermost wrote, which no visitor can invent.
    ALLAUTH_TRUSTED_PROXY_COUNT = _proxies
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 365 * 24 * 3600)
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

# --- What is told about the running site -------------------------------------------------------

TRUST_REQUEST_ID = environment.flag("TRUST_REQUEST_ID", False)
LOGGING = logs.configuration(
    environment.choice("LOG_LEVEL", ("INFO", "WARNING", "ERROR"), "INFO"),
)
METRICS_TOKEN = environment.secret("METRICS_TOKEN", length=32)
if METRICS_TOKEN:
    INSTALLED_APPS = [*INSTALLED_APPS, "django_prometheus"]
    MIDDLEWARE = [
        MIDDLEWARE[0],
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE[1:],
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
if _sentry := environment.https_address_with_key("SENTRY_DSN"):
    from academy import sentry

    sentry.start(_sentry, environment.text_of("SENTRY_ENVIRONMENT", "production"))
