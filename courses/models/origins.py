from django.db import models


class RemembersOrigin(models.Model):
    """A copy gets a new `translation_key` and keeps every other field: so this one tells what it
    was copied from, until `actions.remember_origin` has written that down."""

    own_key = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True
