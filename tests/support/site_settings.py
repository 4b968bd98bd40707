"""Production's settings for a site that a test starts as processes: beside other tests' sites on
one Redis, and without static files that somebody collected."""

from academy.settings.production import *

STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
# The passwords of people whom the test made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STAFF_REQUIRES_SECOND_FACTOR = False
CELERY_TASK_DEFAULT_QUEUE = str(DATABASES["default"]["NAME"])
for _cache in CACHES.values():
    _cache["KEY_PREFIX"] = CELERY_TASK_DEFAULT_QUEUE
# What a lost message left undone is done after seconds: no test waits for a minute.
CELERY_BEAT_SCHEDULE["sweep"]["schedule"] = 3.0
