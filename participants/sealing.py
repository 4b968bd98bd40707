"""Words that nobody who has only the database can read: encrypted by the site's secret key.

Each purpose has a key of its own. A new `SECRET_KEY` opens what an older one sealed, as long as
that stands in `SECRET_KEY_FALLBACKS`.
"""

import base64
import hashlib
import logging

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

logger = logging.getLogger(__name__)


def seal(text: str, purpose: str) -> str:
    return _fernet(purpose).encrypt(text.encode()).decode()


def opened(sealed: str, purpose: str) -> str:
    """Raises `InvalidToken` for what another key sealed."""
    return _fernet(purpose).decrypt(sealed.encode()).decode()


class SealedTextField(models.TextField):
    """A text that is sealed in the database, and words in Python. It cannot be searched. One that
    no key opens reads as empty, and is logged; saving other fields of its row leaves it alone."""

    def __init__(self, *args, purpose: str, **kwargs):
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_prep_value(self, value):
        text = super().get_prep_value(value)
        return seal(text, self.purpose) if text else text

    def from_db_value(self, value, expression, connection):
        if not value:
            return value
        try:
            return opened(value, self.purpose)
        except InvalidToken:
            logger.error("A sealed %s was opened by no key.", self.purpose)
            return ""


def _fernet(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
