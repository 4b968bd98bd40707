import zoneinfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from participants.querysets import UserQuerySet
from participants.states import languages


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="time-zone")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The e-mail address is the login; there is no user name.

    Addresses are kept in lower case, and the database refuses a second account whose address
    differs only in case. An erased person stays as a row that names nobody.
    """

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is already an account with this e-mail address.")},
    )
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("preferred language"), max_length=10, choices=languages, default="en"
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/Brussels",
        validators=[validate_time_zone],
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Untick this to close the account without erasing what it holds."),
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once_in_any_case",
                violation_error_message=_("There is already an account with this e-mail address."),
            )
        ]

    def __str__(self):
        if self.erased_at:
            return str(_("Former participant"))
        return self.name or self.email

    def clean(self):
        super().clean()
        self.email = self.email.lower()

    def save(self, *args, **kwargs):
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    # Whoever is signed in was loaded with these, as the header of every page asks for them.

    @cached_property
    def has_desk(self):
        """Whether a role of theirs opens the editor's desk."""
        return self._with_header.has_desk

    @cached_property
    def unread_notices(self):
        return self._with_header.unread_notices

    @cached_property
    def unreachable(self):
        """Whether our mails to the present address come back."""
        return self._with_header.unreachable

    @cached_property
    def _with_header(self):
        return User.objects.for_header().get(pk=self.pk)

    @property
    def is_staff(self):
        return self.is_active and (self.is_superuser or self.has_desk)

    @property
    def away_since(self):
        """The last sign-in, else the first day."""
        return self.last_login or self.date_joined

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)
