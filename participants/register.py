"""The personal data of this app, and of the libraries that no app of ours owns."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from participants.countries import country_name
from participants.personal_data import (
    Erase,
    File,
    LegalBasis,
    OnErasure,
    Section,
    about_nobody,
    register,
)
from participants.states import SUPERUSER, role_label

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
    _register_rights()
    _register_accounts()
    _register_desk()
    # An office's address, the author of an embedded film, sizes and tracks of files.
    about_nobody(
        "home.SiteSettings",
        "wagtailembeds.Embed",
        "home.CustomRendition",
        "wagtailimages.Rendition",
        "home.MediaTrack",
    )


def _named(period: timedelta) -> Promise:
    return format_lazy(
        _("Until {days} days after the answer, or until erasure; then without a name"),
        days=period.days,
    )


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
        secret=["password"],
        not_personal=["erased_at"],
        section=Section.ACCOUNT,
        named=_("Your account"),
        labels={"roles": _("Roles"), "full_access": _("Full access")},
        correct_at="participants:profile",
        purpose=_("To sign in and to be addressed by name"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("While the account exists; then a row that names nobody"),
        recipients=ADMINISTRATORS,
        erase=lambda user: None,  # the action does it, last
        stays=["date_joined"],
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
        labels={"created_at": _("Filled in"), "updated_at": _("Last changed")},
        named=_("Your profile"),
        reads={"country": lambda codes: {code: country_name(code) for code in codes}},
        files=_photo_of,
        correct_at="participants:profile",
    )
    register(
        "participants.Membership",
        fields=["organisation__name", "confirmed_at", "created_at"],
        purpose=_("To know who works for which organisation"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=_("The person; coordinators"),
        correct_at="participants:profile",
    )
    register(
        "participants.Consent",
        fields=["purpose", "wording", "language", "given", "at"],
        purpose=_("To prove what the person agreed to, and when"),
        legal_basis=LegalBasis.LEGAL_OBLIGATION,
        retention=WHILE_ACCOUNT,
        recipients=_("The person; the data-protection officer"),
        correct_at="participants:profile",
    )


def _register_records() -> None:
    register(
        "participants.RoleChange",
        person="person",
        fields=["role", "move", "at"],
        other_people=["by"],
        section=Section.ACCOUNT,
        reads={"role": role_names},
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
        retention=_named(settings.FEEDBACK_NAMED_FOR),
        recipients=_("Partnership staff; coordinators; administrators"),
        erase=_erase_feedback,
        not_personal=["token", "claimed_at", "mailed_at"],
        stays=["page", "message", "language", "created_at", "answered_at"],
        section=Section.MESSAGES,
    )


def _register_notices() -> None:
    register(
        "participants.Notice",
        fields=["channel", "kind", "facts", "created_at", "read_at", "address", "sent_at"],
        purpose=_("To tell the person what happened to their courses and their account"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=NOBODY_ELSE,
        not_personal=[
            *("event", "topic", "token", "pace", "due_at", "state"),
            *("claimed_at", "tries", "trouble", "digest"),
        ],
        section=Section.MESSAGES,
        labels={"kind": _("About"), "facts": _("Details")},
        reads={"kind": _about},
    )
    register(
        "participants.NoticePreference",
        fields=["topic", "pace"],
        purpose=_("To send the e-mails that the person wants, when they want them"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=NOBODY_ELSE,
        section=Section.MESSAGES,
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


def _register_rights() -> None:
    """What people ask about their data is personal data too."""
    rights = {"legal_basis": LegalBasis.LEGAL_OBLIGATION, "section": Section.MESSAGES}
    officer = _("The person; the data-protection officer; administrators")
    register(
        "participants.DataRequest",
        fields=[
            "kind",
            "channel",
            "who",
            "details",
            "received_at",
            "due_at",
            "extended_at",
            "extension_reason",
            "answered_at",
            "outcome",
            "answer",
        ],
        other_people=["recorded_by", "answered_by"],
        purpose=_("To answer in time, and to prove it"),
        retention=_named(settings.DATA_REQUESTS_NAMED_FOR),
        recipients=officer,
        erase=_erase_requests,
        stays=[
            "kind",
            "channel",
            "received_at",
            "due_at",
            "extended_at",
            "answered_at",
            "outcome",
        ],
        **rights,
    )
    register(
        "participants.DataExport",
        fields=["requested_at", "made_at", "expires_at", "size", "sha256"],
        other_people=["by"],
        secret=["token"],
        not_personal=["request", "claimed_at", "failed_at"],
        purpose=_("To hand the person a copy of their data"),
        retention=format_lazy(
            _("{days} days, or until erasure"), days=settings.DATA_EXPORT_KEPT_FOR.days
        ),
        recipients=_("The person; the officer who made it for them"),
        erase=_erase_exports,
        **rights,
    )
    register(
        "participants.InactivityWarning",
        fields=["since", "number", "at"],
        purpose=_("To erase nobody who was not warned"),
        retention=WHILE_ACCOUNT,
        recipients=officer,
        **rights,
    )
    register(
        "participants.Farewell",
        person="",
        fields=["address", "language", "created_at"],
        not_personal=["claimed_at"],
        purpose=_("To tell the person that they were erased"),
        retention=_("Until that mail is sent: minutes, and three days at most"),
        recipients=_("Nobody"),
        erase=lambda user: None,  # written by erasing itself, and gone with its mail
        **rights,
    )


def _register_accounts() -> None:
    _sign_in(
        "account.EmailAddress",
        ["email", "verified", "primary"],
        named=_("E-mail addresses"),
        correct_at="account_email",
    )
    _sign_in(
        "mfa.Authenticator",
        ["type", "created_at", "last_used_at"],
        secret=["data"],
        named=_("Second steps and passkeys"),
        correct_at="mfa_index",
    )
    _sign_in(
        "socialaccount.SocialAccount",
        ["provider", "uid", "last_login", "date_joined", "extra_data"],
        named=_("Accounts elsewhere that you sign in with"),
        correct_at="socialaccount_connections",
    )
    _sign_in(
        "socialaccount.SocialToken",
        ["expires_at"],
        person="account__user",
        secret=["token", "token_secret"],
        not_personal=["app"],
        named=_("Keys to accounts elsewhere"),
    )
    register(
        "participants.Device",
        fields=["browser", "system", "first_seen_at", "last_seen_at"],
        secret=["browser_key", "session"],
        named=_("Devices where you are signed in"),
        labels={
            "browser": _("Browser"),
            "system": _("System"),
            "first_seen_at": _("First sign-in"),
            "last_seen_at": _("Last seen"),
        },
        correct_at="participants:devices",
        section=Section.ACCOUNT,
        purpose=_("To show where the person is signed in, and to warn of strangers"),
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        retention=format_lazy(
            _("Until {days} days after it was last used"), days=settings.DEVICES_KEPT_DAYS
        ),
        recipients=NOBODY_ELSE,
    )
    register(
        "account.EmailConfirmation",
        person="email_address__user",
        fields=["created", "sent"],
        secret=["key"],
        purpose=_("To confirm an e-mail address"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("Until the address is confirmed"),
        recipients=NOBODY_ELSE,
    )


def _sign_in(model: str, fields: list[str], **more: Any) -> None:
    register(
        model,
        fields=fields,
        purpose=_("To sign in safely"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=NOBODY_ELSE,
        **more,
    )


def _desk(
    model: str,
    fields: str,
    not_personal: str = "",
    *,
    purpose: str | Promise,
    erase: OnErasure | Erase = OnErasure.KEEP_ANONYMOUS,
    **more: Any,
) -> None:
    register(
        model,
        fields=fields.split(),
        not_personal=not_personal.split(),
        purpose=purpose,
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT if erase == OnErasure.DELETE else WITH_CONTENT,
        recipients=EDITORS,
        erase=erase,
        **more,
    )


def _register_desk() -> None:
    """What Wagtail keeps about the people who edit."""
    _register_own_settings()
    _register_pages()
    _register_log()
    _register_files()


def _register_own_settings() -> None:
    own = {"purpose": _("To show editors their own settings"), "erase": OnErasure.DELETE}
    _desk(
        "wagtailusers.UserProfile",
        "preferred_language current_time_zone avatar submitted_notifications"
        " approved_notifications rejected_notifications updated_comments_notifications"
        " theme contrast density keyboard_shortcuts dismissibles",
        named=_("Your settings of the editor’s desk"),
        correct_at="wagtailadmin_account",
        **own,
    )
    _desk(
        "wagtailadmin.EditingSession",
        "last_seen_at is_editing",
        "content_type object_id",
        named=_("Pages that you have open"),
        **own,
    )
    _desk(
        "wagtailadmin.FormState",
        "data last_updated_at",
        "content_type object_id parent_object_id",
        named=_("Forms that you have not saved yet"),
        **own,
    )
    _desk(
        "wagtailcore.APIToken",
        "name created revoked_at last_used_at",
        secret=["key_hash", "prefix"],
        **own,
    )
    _desk(
        "wagtailcore.UploadedFile",
        "file",
        "for_content_type",
        person="uploaded_by_user",
        named=_("Files of unfinished uploads"),
        **own,
    )
    _desk("wagtailcore.PageSubscription", "page__title comment_notifications", **own)


def _register_pages() -> None:
    who = {"purpose": _("To know who wrote, changed or checked what")}
    _desk(
        "wagtailcore.Page",
        "title first_published_at",
        "path depth numchild translation_key locale latest_revision live has_unpublished_changes"
        " last_published_at live_revision go_live_at expire_at expired locked locked_at"
        " draft_title slug content_type url_path latest_revision_created_at alias_of"
        " show_in_menus seo_title search_description",
        person="owner",
        other_people=("locked_by",),
        named=_("Pages that you made"),
        **who,
    )
    _desk(
        "wagtailcore.Revision",
        "object_str created_at",
        "content_type base_content_type object_id content approved_go_live_at",
        named=_("Versions that you saved"),
        **who,
    )
    comment = "contentpath position updated_at revision_created resolved_at page"
    _desk("wagtailcore.Comment", "text created_at", comment, other_people=("resolved_by",), **who)
    _desk("wagtailcore.CommentReply", "text created_at", "comment updated_at", **who)
    _desk(
        "wagtailcore.WorkflowState",
        "workflow__name created_at status",
        "content_type base_content_type object_id current_task_state",
        person="requested_by",
        named=_("What you gave to others to check"),
        **who,
    )
    _desk(
        "wagtailcore.TaskState",
        "task__name finished_at comment",
        "workflow_state revision status started_at content_type",
        person="finished_by",
        named=_("What you checked"),
        **who,
    )
    for model, rest, name in (
        (
            "StringTranslation",
            "translation_of locale context translation_type tool_name created_at has_error"
            " field_error",
            "data",
        ),
        ("SegmentOverride", "locale context created_at has_error field_error", "data_json"),
    ):
        _desk(
            f"wagtail_localize.{model}",
            f"{name} updated_at",
            rest,
            person="last_translated_by",
            named=_("Texts that you translated"),
            labels={"data": _("Text"), "data_json": _("Text"), "updated_at": _("Last changed")},
            **who,
        )


def _register_log() -> None:
    who = _("To know who wrote, changed or checked what")
    for model in ("wagtailcore.PageLogEntry", "wagtailcore.ModelLogEntry"):
        _desk(
            model,
            "action label timestamp",
            "content_type data uuid revision content_changed deleted "
            + ("page" if "Page" in model else "object_id"),
            purpose=who,
            named=_("What you did at the editor’s desk"),
            reads={"action": _actions_of_log},
        )


def _register_files() -> None:
    file = "collection file file_size file_hash"
    pixels = "width height focal_point_x focal_point_y focal_point_width focal_point_height"
    film = "collection file type duration width height thumbnail"
    for model, rest in {
        "home.CustomImage": f"{file} {pixels} credit licence description is_decorative",
        "home.CustomDocument": f"{file} credit licence",
        "home.CustomMedia": f"{film} credit licence other_file",
        "wagtailimages.Image": f"{file} {pixels} description",
        "wagtaildocs.Document": file,
        "wagtailmedia.Media": film,
    }.items():
        _desk(
            model,
            "title created_at",
            rest,
            person="uploaded_by_user",
            named=_("Files that you uploaded"),
            purpose=_("To know who wrote, changed or checked what"),
        )


def _export_user(user: Any) -> list[dict]:
    row = {
        name: getattr(user, name)
        for name in ("email", "name", "language", "time_zone", "date_joined", "last_login")
    }
    row["roles"] = sorted(user.groups.values_list("name", flat=True))
    row["full_access"] = user.is_superuser
    return [row]


def _photo_of(user: Any) -> Iterator[File]:
    from participants.models import Profile

    profile = Profile.objects.filter(pk=user.pk).exclude(photo="").first()
    if profile is not None:
        yield "photo.jpg", partial(_read, profile.photo)


def _read(photo: Any) -> bytes:
    with photo.open() as file:
        return file.read()


def role_names(names: Iterable[str]) -> dict:
    return {name: _("Full access") if name == SUPERUSER else role_label(name) for name in names}


def _about(kinds: Iterable[str]) -> dict:
    """The topic of a notice: its subject alone needs the facts."""
    from participants import notices

    return {name: notices.kind(name).topic.label for name in kinds if notices.knows(name)}


def _actions_of_log(actions: Iterable[str]) -> dict:
    from wagtail.log_actions import registry

    return {action: registry.get_action_label(action) for action in actions}


def _erase_requests(user: Any) -> None:
    """That something was asked and answered in time stays; who asked, and in which words, goes."""
    from participants.models import DataRequest

    DataRequest.objects.filter(user=user).update(
        user=None, who="", details="", extension_reason="", answer=""
    )


def _erase_exports(user: Any) -> None:
    """Also one that is being made: its maker finds no row at the end, and drops the file."""
    from participants.models import DataExport

    for export in DataExport.objects.filter(user=user):
        transaction.on_commit(export.drop_file)
    DataExport.objects.filter(user=user).delete()


def _erase_feedback(user: Any) -> None:
    """What was said stays, so that it can be repaired; who said it goes. The same address may
    have written without signing in."""
    from django.db.models import Q

    from participants.models import Feedback

    said = Feedback.objects.filter(Q(user=user) | Q(reply_to__iexact=user.email))
    said.update(user=None, reply_to="")
