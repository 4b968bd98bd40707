"""What holds in every place the platform runs. Each place adds its own on top."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django_guid.integrations.celery import CeleryIntegration

from academy.settings import environment

BASE_DIR = Path(__file__).resolve().parents[2]
# Everything the running site writes lives below this folder.
VAR_DIR = Path(os.environ.get("ACADEMY_VAR", BASE_DIR / "var"))

DEBUG = False
# Only the demonstration shows everyone the mails it sends, and tells the password of its accounts.
DEMO = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "academy",
    "courses",
    "mentoring",
    "credentials",
    "schedule",
    "participants",
    "home",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.sites",
    "participants.desk.apps.PeopleDeskConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtailmedia",
    "modelcluster",
    "taggit",
    "csp",
    "django_guid",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

# The server's own number, academy/serve.py.
WEB_THREADS = environment.number("WEB_THREADS", 4, least=1, most=64)
MIDDLEWARE = [
    "academy.middleware.AsideMiddleware",
    "academy.middleware.RequestIdMiddleware",
    "django_guid.middleware.guid_middleware",
    "academy.middleware.RequestLogMiddleware",
    "academy.middleware.SlowBodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "academy.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "home.middleware.TreeVersionMiddleware",
    "participants.middleware.PersonMiddleware",
    "participants.middleware.SecondFactorMiddleware",
    "home.publishing.UnfinishedPageMiddleware",
    "courses.desk.evidence.EvidenceMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "academy.urls"
WSGI_APPLICATION = "academy.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "home.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -----------------------------------------------------------------------------------


def sqlite(path: Path) -> dict:
    """An embedded database that several processes can write: WAL, and every transaction takes
    the write lock at its start, so none fails half-way through with "database is locked"."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                "PRAGMA foreign_keys=ON;PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
            ),
        },
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": sqlite(VAR_DIR / "academy.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "participants.User"

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
]
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# An image brings its static files along, in a place of their own.
STATIC_ROOT = Path(os.environ.get("ACADEMY_STATIC", VAR_DIR / "static"))
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Where no web server stands in front, the application itself hands out what people uploaded.
SERVE_MEDIA = False
STORAGES = {
    "default": {"BACKEND": "home.disk.Storage"},
    # Photos of people: served by a view that asks who may see them, never by address alone.
    "private": {
        "BACKEND": "home.disk.Storage",
        "OPTIONS": {
            "location": VAR_DIR / "private",
            "base_url": None,
            "file_permissions_mode": 0o600,
        },
    },
    "staticfiles": {"BACKEND": "academy.assets.Storage"},
}
MEGABYTE = 1024 * 1024
# Uploads above this go to a temporary file, never to memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = MEGABYTE
FILE_UPLOAD_PERMISSIONS = 0o644
FILE_UPLOAD_HANDLERS = [
    "home.uploads.QuotaUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Bytes of files that one request may leave on the disk: anyone, staff, staff in the media library.
UPLOAD_QUOTA = 6 * MEGABYTE
UPLOAD_QUOTA_STAFF = 25 * MEGABYTE
UPLOAD_QUOTA_MEDIA = 450 * MEGABYTE
# A request that announces more is not even read.
UPLOAD_CEILING = 4096 * MEGABYTE
# A long lesson has many blocks, and each has several fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
MEDIA_MAX_UPLOAD_SIZE = 200 * MEGABYTE

# --- Wagtail ------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Urban Academy"
WAGTAILADMIN_BASE_URL = "http://localhost:8000"
WAGTAILIMAGES_IMAGE_MODEL = "home.CustomImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "home.forms.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * MEGABYTE
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "home.CustomDocument"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "home.forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odp", "ods", "odt", "pdf", "pptx", "txt", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * MEGABYTE
# Every document is handed out by a view that asks who may see it, and as a file to keep.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILMEDIA = {
    "MEDIA_MODEL": "home.CustomMedia",
    "MEDIA_FORM_BASE": "home.forms.MediaForm",
    "AUDIO_EXTENSIONS": ["mp3", "m4a", "ogg", "wav"],
    "VIDEO_EXTENSIONS": ["mp4", "webm"],
}
WAGTAIL_FINISH_WORKFLOW_ACTION = "home.publishing.publish_approved"
# A page that is submitted for translation is a draft until somebody publishes the translation.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
# The desk keeps its own log-in address: its view leads people without a desk out of the circle.
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAILEMBEDS_FINDERS: list[dict] = []
TAGGIT_CASE_INSENSITIVE = True

# --- Accounts -------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["participants.backends.PersonBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Roles beyond participant need a second factor before they reach the editor's desk.
STAFF_REQUIRES_SECOND_FACTOR = True

ACCOUNT_ADAPTER = "participants.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "participants.forms.signup.NameForm"
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_FORMS = {
    "signup": "participants.forms.accounts.SignupForm",
    "change_password": "participants.forms.accounts.ChangePasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Only somebody without an account could be offered that: the page would tell who has one.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Beside allauth's own limits: our forms that anybody can send. A code may be asked for again at
# once, so that a double click is not punished. Whoever sits at somebody else's open session can
# guess as little as a stranger at the front door; the count is the session's own.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": "4/m/key,20/h/key",
    "feedback": "20/h/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "proof_failed": "5/5m/key",
    "proof_code": "3/m/user,10/h/user",
}
# How often a device that is in use is noted as seen, and how long one is kept that is not.
DEVICE_SEEN_SECONDS = 10 * 60
DEVICES_KEPT_DAYS = 90
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

MFA_ADAPTER = "participants.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "reauthenticate": "participants.forms.accounts.SecondFactorAgainForm",
    "reauthenticate_webauthn": "participants.forms.accounts.KeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = WAGTAIL_SITE_NAME
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1

# EU Login, or any other provider that speaks OpenID Connect, is offered when these are set.
SOCIALACCOUNT_ADAPTER = "participants.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
EU_LOGIN = {
    "provider_id": "eu-login",
    "name": os.environ.get("EU_LOGIN_NAME", "EU Login"),
    "client_id": os.environ.get("EU_LOGIN_CLIENT_ID", ""),
    "secret": os.environ.get("EU_LOGIN_CLIENT_SECRET", ""),
    "settings": {"server_url": os.environ.get("EU_LOGIN_SERVER_URL", "")},
}
HAS_EU_LOGIN = bool(EU_LOGIN["client_id"] and EU_LOGIN["settings"]["server_url"])
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [EU_LOGIN] if HAS_EU_LOGIN else []}
}

# --- Personal data --------------------------------------------------------------------------------


def days(name: str, default: int) -> timedelta:
    """A period that a place can set in whole days."""
    return timedelta(days=environment.number(f"{name}_DAYS", default, least=1, most=36_500))


# An account that nobody signs in to is warned twice, then erased. The notice lies between the
# warnings, and between the last one and erasing, whatever the other two periods are.
INACTIVE_WARN_AFTER = days("INACTIVE_WARN_AFTER", 670)
INACTIVE_ERASE_AFTER = days("INACTIVE_ERASE_AFTER", 730)
INACTIVE_NOTICE = days("INACTIVE_NOTICE", 30)
# Somebody signed up with an address and never confirmed it.
UNCONFIRMED_ERASE_AFTER = days("UNCONFIRMED_ERASE_AFTER", 30)
# How long a person's copy of their data can be fetched, and how many they may ask for.
DATA_EXPORT_KEPT_FOR = days("DATA_EXPORT_KEPT_FOR", 7)
DATA_EXPORTS_A_DAY = 3
# Answered messages and requests lose their names after these.
FEEDBACK_NAMED_FOR = days("FEEDBACK_NAMED_FOR", 365)
DATA_REQUESTS_NAMED_FOR = days("DATA_REQUESTS_NAMED_FOR", 1095)
# What the two of a mentorship shared goes so long after its end, a concern so long after it was
# closed.
MENTORSHIPS_KEPT_FOR = days("MENTORSHIPS_KEPT_FOR", 365)
CONCERNS_KEPT_FOR = days("CONCERNS_KEPT_FOR", 1095)

# --- Mentoring ------------------------------------------------------------------------------------

# A pair that has held and planned no session for so many days is asked whether it still meets.
MENTORING_QUIET_DAYS = environment.number("MENTORING_QUIET_DAYS", 30, least=1, most=365)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"


def origins(address: str) -> list[str]:
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


# Where browsers say what the policy has stopped: here, or elsewhere.
POLICY_REPORTS_TO = "/csp-report"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Browsers hold a form to this list after its redirect as well.
        "form-action": [SELF, *origins(EU_LOGIN["settings"]["server_url"])],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "report-uri": [POLICY_REPORTS_TO],
        "report-to": ["csp"],
    }
}
# What the editor's desk may do beyond that.
DESK_CONTENT_SECURITY_POLICY = {
    "script-src": [UNSAFE_INLINE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:", "blob:"],
    "frame-src": [SELF],
}

# --- Work for later ---------------------------------------------------------------------------

# With an address of Redis the queue lives there, else in a folder (academy/transport.py).
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "folder://")
if CELERY_BROKER_URL == "folder://":
    CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(VAR_DIR / "queue")}
    CELERY_WORKER_PREFETCH_MULTIPLIER = 32
else:
    # A page that promises work must not wait for a broker that is down: without `max_retries` each
    # promise takes six seconds when it refuses, without `socket_timeout` for ever when it is silent
    # (a worker's own question takes one second). A worker notices silence by
    # `health_check_interval`, which is 25 seconds where it is not set. What a lost worker held is
    # given to another one after ten minutes, longer than any task may run.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 1,
        "socket_timeout": 3,
        "health_check_interval": 5,
        "max_retries": 0,
        "visibility_timeout": 600,
    }
    # Nor does a worker give up: one that reads its data back in refuses for a while.
    CELERY_BROKER_CHANNEL_ERROR_RETRY = True
    CELERY_BROKER_CONNECTION_MAX_RETRIES = None
    CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_IGNORE_RESULT = True
# A task is taken off the queue when it is done, so it may run twice: actions bear repetition.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# Of several that run, one is at work.
CELERY_BEAT_SCHEDULER = "academy.beat:Scheduler"
# An app adds what it does at set times: a line here, a task by its name, most often its sweep.
CELERY_BEAT_SCHEDULE: dict[str, dict] = {
    "sweep": {"task": "participants.sweep", "schedule": 60.0, "options": {"expires": 55}},
}

# --- Dates ----------------------------------------------------------------------------------------

# How long dates are kept: after they are over, and after they were called off, which is also how
# long a calendar that fetches them is told so.
SCHEDULE_KEEP_DAYS = 365
SCHEDULE_KEEP_CANCELLED_DAYS = 42
# How often a calendar is asked to look for changes, and how many times an hour it may.
SCHEDULE_REFRESH_HOURS = 4
SCHEDULE_FETCHES_AN_HOUR = 60

DEFAULT_FROM_EMAIL = "Urban Academy <academy@localhost>"
# A mail that a killed worker may or may not have sent is sent again after this, under the same
# Message-ID; a mail that no server takes is given up after this.
NOTICE_CLAIM = timedelta(minutes=10)
NOTICE_GIVE_UP = timedelta(days=5)
# Where mails come back that cannot be delivered ("bounces@example.org"); each with a tag of its own
# ("bounces+1f3a…@example.org"). Without it they come back to DEFAULT_FROM_EMAIL.
BOUNCE_ADDRESS = ""

LANGUAGE_COOKIE_SAMESITE = "Lax"
SILENCED_SYSTEM_CHECKS: list[str] = []

# Each request has an id, which its tasks carry on. One from outside counts only where a server in
# front is trusted to set it.
TRUST_REQUEST_ID = False
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration(use_django_logging=True)],
}
# Prometheus is answered when it knows this.
METRICS_TOKEN = ""

# Errors and warnings go to the process's own output, without personal data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secrets": {"()": "schedule.logs.WithoutCalendarAddresses"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django_tasks": {"level": "WARNING"},  # a line for every search entry
        "django_guid": {"level": "ERROR"},  # and for every request whether it brought an id
        "academy.request": {"level": "WARNING"},
    },
}
