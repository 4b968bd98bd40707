"""Production's settings, with two addresses to compare with and a count of queries on request."""

import os

from academy.settings.production import *  # noqa: F403

INSTALLED_APPS = ["tools.bench.site", *INSTALLED_APPS]
MIDDLEWARE = ["tools.bench.site.middleware.CountQueries", *MIDDLEWARE]
ROOT_URLCONF = "tools.bench.site.urls"
# Nothing of a real site's cache or queue is read or written.
CELERY_TASK_DEFAULT_QUEUE = os.environ["BENCH_NAME"]
for _cache in CACHES.values():
    _cache["KEY_PREFIX"] = CELERY_TASK_DEFAULT_QUEUE
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if os.environ.get("BENCH_PLAIN_STATIC"):
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
LOGGING["root"]["level"] = LOGGING["loggers"]["django"]["level"] = "ERROR"
