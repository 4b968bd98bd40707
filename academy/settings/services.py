"""What a site in production uses beside its database, as settings: object storage, a mail service.
Only what the environment names is set up."""

from dataclasses import dataclass
from typing import Any

from academy.settings import environment


@dataclass(frozen=True)
class MailService:
    """`keys` says which of anymail's settings comes from which variable; `more` may be left out."""

    backend: str
    prefix: str
    keys: dict[str, str]
    more: dict[str, str]


_SERVER = {"API_URL": "MAIL_API_URL"}
MAIL_SERVICES = {
    "brevo": MailService("brevo", "BREVO", {"API_KEY": "MAIL_API_KEY"}, _SERVER),
    "mailgun": MailService(
        "mailgun",
        "MAILGUN",
        {"API_KEY": "MAIL_API_KEY", "SENDER_DOMAIN": "MAIL_SENDER_DOMAIN"},
        {**_SERVER, "WEBHOOK_SIGNING_KEY": "MAIL_API_SECRET"},
    ),
    "mailjet": MailService(
        "mailjet", "MAILJET", {"API_KEY": "MAIL_API_KEY", "SECRET_KEY": "MAIL_API_SECRET"}, _SERVER
    ),
    "postmark": MailService("postmark", "POSTMARK", {"SERVER_TOKEN": "MAIL_API_KEY"}, _SERVER),
    "sendgrid": MailService("sendgrid", "SENDGRID", {"API_KEY": "MAIL_API_KEY"}, _SERVER),
    "ses": MailService("amazon_ses", "AMAZON_SES", {}, {}),
}
SES = ("MAIL_API_KEY", "MAIL_API_SECRET", "MAIL_REGION")


def mail() -> dict[str, Any]:
    """Django's settings for sending by a mail service; nothing where SMTP is used."""
    name = environment.choice("MAIL_SERVICE", ("smtp", *MAIL_SERVICES), "smtp")
    if name == "smtp":
        return {}
    service = MAIL_SERVICES[name]
    environment.required(
        **dict.fromkeys(SES if name == "ses" else service.keys.values(), f"for {name}")
    )
    if environment.text_of("BOUNCE_ADDRESS"):
        raise environment.EnvironmentIncomplete(
            "BOUNCE_ADDRESS is for mail by SMTP: a mail service reports what came back to the "
            "address with MAIL_WEBHOOK_SECRET (docs/operations.md, Mails)."
        )
    values = {key: environment.text_of(name) for key, name in service.keys.items()}
    values |= {key: environment.text_of(name) for key, name in service.more.items()}
    given = {f"{service.prefix}_{key}": value for key, value in values.items() if value}
    environment.https_address("MAIL_API_URL")
    return {
        "EMAIL_BACKEND": "academy.mail.ServiceBackend",
        "MAIL_SERVICE": service.backend,
        "MAIL_WEBHOOK_SECRET": environment.secret("MAIL_WEBHOOK_SECRET", length=32),
        "ANYMAIL": {"REQUESTS_TIMEOUT": (5, 20), **given, **(_ses() if name == "ses" else {})},
    }


def _ses() -> dict[str, Any]:
    key, secret, region = map(environment.text_of, SES)
    session = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": region}
    return {"AMAZON_SES_CLIENT_PARAMS": session, "AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS": False}


# --- Files ------------------------------------------------------------------------------------


def object_storage() -> dict[str, dict[str, Any]]:
    """Where uploads go, public and private, when S3_BUCKET names a place; nothing else.

    One bucket, closed to the public: what is public lies below `media/`, all else below `private/`.
    With S3_PUBLIC_URL, that address shows what lies below `media/`, and only that."""
    names = ("S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    others = ("S3_ENDPOINT", "S3_REGION", "S3_PUBLIC_URL", "S3_SIGNED_LINKS")
    if not environment.together(*names, optional=others):
        return {}
    bucket, key, secret = map(environment.text_of, names)
    common = {
        "bucket_name": bucket,
        "access_key": key,
        "secret_key": secret,
        "endpoint_url": environment.endpoint("S3_ENDPOINT") or None,
        "region_name": environment.text_of("S3_REGION", "us-east-1"),
        "addressing_style": environment.choice(
            "S3_ADDRESSING", ("auto", "path", "virtual"), "auto"
        ),
    }
    public = {**common, "public_url": environment.https_address("S3_PUBLIC_URL")}
    return {
        "default": {"BACKEND": "academy.storage.PublicStorage", "OPTIONS": public},
        "private": {"BACKEND": "academy.storage.PrivateStorage", "OPTIONS": common},
    }
