"""The personal data of this app, and of the libraries that no app of ours owns."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.personal_data import Erase, Export, LegalBasis, OnErasure, register

WHILE_ACCOUNT = _("While the account exists")
WITH_CONTENT = _("As long as the content; after erasure without a name")
ADMINISTRATORS = _("The person; administrators")
EDITORS = _("Editors; administrators")
NOBODY_ELSE = _("The person only")


def register_all() -> None:
    _register_people()
    _register_profiles()
    _register_records()
    _register_notices()
    _register_accounts()
    _register_desk()


def _register_people() -> None:
    register(
        "participants.User",
        person="pk",
        fields=[
            "email",
            "name",
            "language",
            "time_zone",
            "is_active",
            "is_superuser",
            "date_joined",
            "last_login",
        ],
        purpose=_("To sign in and to be addressed by name"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("While the account exists; then a row that names nobody"),
        recipients=ADMINISTRATORS,
        erase=OnErasure.KEEP_ANONYMOUS,  # the action does it, last
        export=_export_user,
    )


def _register_profiles() -> None:
    register(
        "participants.Profile",
        fields=[
            "country",
            "organisation__name",
            "role",
            "gender",
            "bio",
            "photo",
            "public",
            "alumni_contact",
            "created_at",
            "updated_at",
        ],
        purpose=_("To offer what fits the person's work, and to count by country and organisation"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=_("The person; coordinators; everyone signed in where the person opened it"),
        erase=_erase_profile,
    )
    register(
        "participants.Membership",
        fields=["organisation__name", "confirmed_at", "created_at"],
        purpose=_("To know who works for which organisation"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=_("The person; coordinators"),
    )
    register(
        "participants.Consent",
        fields=["purpose", "wording", "language", "given", "at"],
        purpose=_("To prove what the person agreed to, and when"),
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        retention=WHILE_ACCOUNT,
        recipients=_("The person; the data-protection officer"),
    )


def _register_records() -> None:
    register(
        "participants.RoleChange",
        person="person",
        fields=["role", "move", "at"],
        other_people=["by"],
        purpose=_("To show who got which rights, when, and from whom"),
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        retention=_("As long as the platform; after erasure without a name"),
        recipients=_("The data-protection officer; administrators"),
        erase=OnErasure.KEEP_ANONYMOUS,
    )
    register(
        "participants.Feedback",
        fields=["page", "message", "reply_to", "language", "created_at", "answered_at"],
        purpose=_("To answer the person and to repair what is wrong"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("While the account exists; then without name and address"),
        recipients=_("Partnership staff; coordinators; administrators"),
        erase=_erase_feedback,
    )


def _register_notices() -> None:
    register(
        "participants.Notice",
        fields=["channel", "kind", "facts", "created_at", "read_at", "address", "sent_at"],
        purpose=_("To tell the person what happened to their courses and their account"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=NOBODY_ELSE,
    )
    register(
        "participants.NoticePreference",
        fields=["topic", "pace"],
        purpose=_("To send the e-mails that the person wants, when they want them"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=NOBODY_ELSE,
    )
    register(
        "participants.MailTrouble",
        fields=["address", "status", "at"],
        purpose=_("To tell the person that our e-mails come back, and to stop sending them"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_(
            "Until the person asks us to try again or has another address, or the account is erased"
        ),
        recipients=ADMINISTRATORS,
    )


def _register_accounts() -> None:
    for model, fields in {
        "account.EmailAddress": ["email", "verified", "primary"],
        "mfa.Authenticator": ["type", "created_at", "last_used_at"],
        "socialaccount.SocialAccount": ["provider", "uid", "last_login", "date_joined"],
    }.items():
        register(
            model,
            fields=fields,
            purpose=_("To sign in safely"),
            legal_basis=LegalBasis.PUBLIC_TASK,
            retention=WHILE_ACCOUNT,
            recipients=NOBODY_ELSE,
        )
    register(
        "account.EmailConfirmation",
        person="email_address__user",
        fields=["created", "sent"],
        purpose=_("To confirm an e-mail address"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("Until the address is confirmed"),
        recipients=NOBODY_ELSE,
    )


def _desk(
    model: str,
    *,
    person: str = "user",
    fields: list[str],
    purpose: str | Promise,
    erase: OnErasure | Erase = OnErasure.KEEP_ANONYMOUS,
    export: Export | None = None,
    other_people: tuple[str, ...] = (),
) -> None:
    register(
        model,
        person=person,
        fields=fields,
        purpose=purpose,
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT if erase == OnErasure.DELETE else WITH_CONTENT,
        recipients=EDITORS,
        erase=erase,
        export=export,
        other_people=other_people,
    )


def _register_desk() -> None:
    """What Wagtail keeps about the people who edit."""
    own = _("To show editors their own settings")
    who = _("To know who wrote, changed or checked what")
    _desk(
        "wagtailusers.UserProfile",
        fields=["preferred_language", "current_time_zone", "avatar"],
        purpose=own,
        erase=OnErasure.DELETE,
    )
    for model in ("wagtailadmin.EditingSession", "wagtailadmin.FormState", "wagtailcore.APIToken"):
        _desk(model, fields=["pk"], purpose=own, erase=OnErasure.DELETE)
    _desk(
        "wagtailcore.UploadedFile",
        person="uploaded_by_user",
        fields=["file"],
        purpose=own,
        erase=OnErasure.DELETE,
    )
    _desk(
        "wagtailcore.PageSubscription",
        fields=["page__title"],
        purpose=own,
        erase=OnErasure.DELETE,
    )
    _desk(
        "wagtailcore.Page",
        person="owner",
        fields=["title", "first_published_at"],
        other_people=("locked_by",),
        purpose=who,
    )
    _desk("wagtailcore.Revision", fields=["object_str", "created_at"], purpose=who)
    for model in ("wagtailcore.PageLogEntry", "wagtailcore.ModelLogEntry"):
        _desk(model, fields=["action", "label", "timestamp"], purpose=who, erase=_erase_log(model))
    _desk("wagtailcore.Comment", fields=["text", "created_at"], purpose=who,
          other_people=("resolved_by",))  # fmt: skip
    _desk("wagtailcore.CommentReply", fields=["text", "created_at"], purpose=who)
    _desk(
        "wagtailcore.WorkflowState",
        person="requested_by",
        fields=["workflow__name", "created_at", "status"],
        purpose=who,
    )
    _desk(
        "wagtailcore.TaskState",
        person="finished_by",
        fields=["task__name", "finished_at", "comment"],
        purpose=who,
    )
    for model in ("wagtail_localize.StringTranslation", "wagtail_localize.SegmentOverride"):
        _desk(model, person="last_translated_by", fields=["updated_at"], purpose=who)
    for model in (
        "home.CustomImage",
        "home.CustomDocument",
        "home.CustomMedia",
        "wagtailimages.Image",
        "wagtaildocs.Document",
        "wagtailmedia.Media",
    ):
        _desk(model, person="uploaded_by_user", fields=["title", "created_at"], purpose=who)


def _export_user(user: Any) -> list[dict]:
    row = {
        name: getattr(user, name)
        for name in ("email", "name", "language", "time_zone", "date_joined", "last_login")
    }
    row["roles"] = sorted(user.groups.values_list("name", flat=True))
    row["full_access"] = user.is_superuser
    return [row]


def _erase_profile(user: Any) -> None:
    from django.db import transaction

    from participants.models import Profile

    profile = Profile.objects.filter(pk=user.pk).first()
    if profile is None:
        return
    if profile.photo:
        storage, name = profile.photo.storage, profile.photo.name
        transaction.on_commit(lambda: storage.delete(name))
    profile.delete()


def _erase_feedback(user: Any) -> None:
    """What was said stays, so that it can be repaired; who said it goes. The same address may
    have written without signing in."""
    from django.db.models import Q

    from participants.models import Feedback

    said = Feedback.objects.filter(Q(user=user) | Q(reply_to__iexact=user.email))
    said.update(user=None, reply_to="")


def _erase_log(model: str) -> Erase:
    """Entries about the person's own account carry the name as their label."""

    def erase(user: Any) -> None:
        from django.apps import apps
        from django.contrib.contenttypes.models import ContentType

        entry = apps.get_model(model)
        if model == "wagtailcore.ModelLogEntry":
            about = entry.objects.filter(
                content_type=ContentType.objects.get_for_model(user), object_id=str(user.pk)
            )
            about.update(label="", data={})

    return erase
