"""Tests run on SQLite; with TEST_DATABASE=postgres or a DATABASE_URL, on PostgreSQL with Redis."""

import os

from academy.settings import environment
from academy.settings.base import *  # noqa: F403

# Each test process writes to a folder of its own; tests/support/databases.py clears it away.
TEST_DIR = BASE_DIR / "var" / "test"
RUN_DIR = TEST_DIR / f"run-{os.getpid()}"
# What tests upload, public and private; emptied after each test.
FILES_DIR = RUN_DIR / "files"
MEDIA_ROOT = FILES_DIR / "media"
STORAGES["private"]["OPTIONS"]["location"] = FILES_DIR / "private"
STATIC_ROOT = RUN_DIR / "static"
DEMO_MAIL_DIR = RUN_DIR / "mail"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

SECRET_KEY = "test-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEMO_PASSWORD = "welcome-to-the-academy"  # noqa: S105
SERVE_MEDIA = True
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
LOGGING["root"]["level"] = LOGGING["loggers"]["django"]["level"] = "ERROR"

if os.environ.get("TEST_DATABASE") == "postgres" or os.environ.get("DATABASE_URL"):
    _redis = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    _database = environment.postgres(os.environ.get("DATABASE_URL", "postgresql:///postgres"))
    _database["OPTIONS"]["options"] = "-c synchronous_commit=off"
    CACHES = environment.redis_caches(_redis, f"academy-test-{os.getpid()}")
    CELERY_BROKER_URL = _redis
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "max_retries": 0}
else:
    _database = sqlite(RUN_DIR / "test.sqlite3")
    _database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    CELERY_BROKER_URL = "memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
# A server in another thread leaves no connection behind when a test's database is put back.
DATABASES = {"default": _database | {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}}
CELERY_TASK_DEFAULT_QUEUE = f"academy-test-{os.getpid()}"
