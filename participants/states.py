"""The controlled lists of the people's side, and the wordings people agreed to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

NUTS_VERSION = "2024"

# A change of wording gets a new version; what people agreed to before keeps its own.
WORDINGS = {
    "privacy-notice": "2026-11",
    "alumni-contact": "2026-11",
    "public-profile": "2026-11",
}


def languages() -> list[tuple[str, str]]:
    """The interface languages. A callable, so that another language needs no migration."""
    return list(settings.LANGUAGES)


class ProfessionalRole(models.TextChoices):
    ELECTED = "elected-member", _("Elected member")
    EXECUTIVE = "head-of-executive", _("Mayor or head of executive")
    HEAD = "head-of-department", _("Head of department")
    INTEGRATION = "integration-officer", _("Integration officer")
    FRONT_LINE = "front-line", _("Front-line practitioner")
    POLICY = "policy-adviser", _("Policy adviser")
    FUNDING = "funding-officer", _("EU or funding officer")
    TRAINER = "trainer", _("Trainer")
    OBSERVER = "observer", _("Observer")


class OrganisationType(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    METROPOLITAN = "metropolitan", _("Metropolitan authority")
    COUNTY = "county", _("County or province")
    REGION = "region", _("Region")
    NATIONAL = "national", _("National ministry or agency")
    ASSOCIATION = "association", _("Association of local or regional authorities")
    EU = "eu", _("EU institution")
    CIVIL_SOCIETY = "civil-society", _("Civil society organisation")
    MIGRANT_LED = "migrant-led", _("Migrant-led organisation")


class DegreeOfUrbanisation(models.IntegerChoices):
    CITIES = 1, _("Cities")
    TOWNS = 2, _("Towns and suburbs")
    RURAL = 3, _("Rural areas")


class LevelOfGovernment(models.TextChoices):
    LOCAL = "local", _("local")
    INTERMEDIATE = "intermediate", _("intermediate (county, province)")
    REGIONAL = "regional", _("regional")
    NATIONAL = "national", _("national")
    EU = "eu", _("EU institution or body")
    ASSOCIATION = "association", _("association of authorities")


class Gender(models.TextChoices):
    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")
    OTHER = "other", _("Another gender")
    UNDISCLOSED = "undisclosed", _("Prefer not to say")


class Purpose(models.TextChoices):
    """What a person can be asked to agree to."""

    PRIVACY_NOTICE = "privacy-notice", _("Has read the privacy notice")
    ALUMNI_CONTACT = "alumni-contact", _("May be contacted after a course")
    PUBLIC_PROFILE = "public-profile", _("Profile can be seen by others")


class NoticeTopic(models.TextChoices):
    """What a notice is about: what a person can turn off, except for what concerns the account."""

    ACCOUNT = "account", _("Your account")
    COURSES = "courses", _("Your courses and certificates")
    MENTORING = "mentoring", _("Your mentoring")
    DATES = "dates", _("Dates and deadlines")
    MESSAGES = "messages", _("Messages from coordinators")


class Channel(models.TextChoices):
    PRODUCT = "product", _("On this site")
    MAIL = "mail", _("By e-mail")


class Pace(models.TextChoices):
    """How soon the mails about a topic go out."""

    AT_ONCE = "at-once", _("At once")
    DAILY = "daily", _("Once a day, in one e-mail")
    WEEKLY = "weekly", _("Once a week, in one e-mail")
    OFF = "off", _("No e-mails")


class MailState(models.TextChoices):
    """What became of a mail. Only a waiting one is ever sent."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("came back")
    FAILED = "failed", _("given up")
    DROPPED = "dropped", _("not wanted any more")


class Role(models.TextChoices):
    """The groups of the platform. The value is the group's name in the database."""

    PARTICIPANT = "Participant", _("Participant")
    AUTHOR = "Author", _("Author")
    REVIEWER = "Reviewer", _("Reviewer")
    PUBLISHER = "Publisher", _("Publisher")
    TRANSLATOR = "Translator", _("Translator")
    FACILITATOR = "Facilitator", _("Facilitator")
    COORDINATOR = "Coordinator", _("Coordinator")
    HOST = "Host", _("Host")
    PARTNERSHIP_STAFF = "Partnership staff", _("Partnership staff")
    DATA_PROTECTION_OFFICER = "Data-protection officer", _("Data-protection officer")
    SAFEGUARDING_OFFICER = "Safeguarding officer", _("Safeguarding officer")
    ADMINISTRATOR = "Administrator", _("Administrator")


# Somebody must hold these at any time: the last one hands over before they go.
NEVER_VACANT = (Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER, Role.SAFEGUARDING_OFFICER)
SUPERUSER = "superuser"

# Beside the roles there is a group for each language that pages are translated into.
_TRANSLATES = f"{Role.TRANSLATOR.value}: "


def translated_languages() -> list[str]:
    """What pages are translated into: all languages but the source."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def translator_group(language: str) -> str:
    """The name of the group whose people translate into this language."""
    return _TRANSLATES + language


def role_label(name: str) -> str:
    """A group as people read it: the language by its name instead of its code."""
    code = name.removeprefix(_TRANSLATES)
    language = dict(settings.LANGUAGES).get(code) if code != name else None
    return translator_group(language) if language else name


class RoleMove(models.TextChoices):
    ADDED = "added", _("added")
    REMOVED = "removed", _("removed")


class RequestKind(models.TextChoices):
    """The rights of GDPR, articles 15 to 21, in everyday words."""

    EXPORT = "export", _("A copy of the data")
    CORRECTION = "correction", _("Correction")
    ERASURE = "erasure", _("Erasure")
    RESTRICTION = "restriction", _("Restriction: keep it, but do not use it")
    OBJECTION = "objection", _("Objection to a use")


class RequestChannel(models.TextChoices):
    SELF = "self", _("by the person, on My data")
    MAIL = "mail", _("by e-mail")
    LETTER = "letter", _("by letter")
    SPOKEN = "spoken", _("by telephone or in person")


class RequestOutcome(models.TextChoices):
    DONE = "done", _("done")
    PARTLY = "partly", _("done in part")
    REFUSED = "refused", _("refused, with reasons")
    WITHDRAWN = "withdrawn", _("withdrawn by the person")
