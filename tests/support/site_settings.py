"""Production's settings for a site that a test starts as processes: beside other tests' sites on
one Redis, and without static files that somebody collected."""

from academy.settings.production import *

STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
# The passwords of people whom the test made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STAFF_REQUIRES_SECOND_FACTOR = False
CELERY_TASK_DEFAULT_QUEUE = CACHES["default"]["KEY_PREFIX"] = str(DATABASES["default"]["NAME"])
