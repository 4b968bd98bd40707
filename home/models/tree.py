import uuid

from django.db import models


class TreeVersion(models.Model):  # noqa: DJ008
    """One row whose token changes with everything that visitors see of the page tree."""

    token = models.UUIDField(default=uuid.uuid4)
