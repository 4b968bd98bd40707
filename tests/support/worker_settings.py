"""The settings of workers that a test starts as processes of their own: its database, a broker in a
folder, which loses what a killed worker had taken, and its mail server."""

import os

from academy.settings.test import *

DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
CELERY_BROKER_URL = "folder://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": os.environ["WORKER_FOLDER"]}
CELERY_WORKER_PREFETCH_MULTIPLIER = 32
CELERY_TASK_DEFAULT_QUEUE = "celery"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["WORKER_MAIL_PORT"])
LOGGING["root"]["level"] = "CRITICAL"
