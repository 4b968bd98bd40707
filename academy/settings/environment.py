"""Reads settings from the environment. Whatever cannot be right is refused in one sentence that
names the variable; no sentence repeats a value that may be secret."""

import os
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
HOST = re.compile(r"\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.I)
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
KEY_LENGTH, KEY_VARIETY = 50, 10
# Nobody waits longer than this for a service that does not answer at all.
CONNECT_SECONDS = 5


class EnvironmentIncomplete(ImproperlyConfigured):
    """Its words are a sentence for the person who starts the site."""


def required(**meanings: str) -> list[str]:
    """The values of these variables. Names every missing one at once."""
    missing = [f"{name} ({text})" for name, text in meanings.items() if not text_of(name)]
    if missing:
        raise EnvironmentIncomplete(
            "The site does not start before these environment variables are set: "
            + "; ".join(missing)
            + ". docs/operations.md explains each."
        )
    return [text_of(name) for name in meanings]


def together(*names: str, optional: tuple[str, ...] = ()) -> bool:
    """Whether these variables are set: all of them, or none."""
    given = [name for name in (*names, *optional) if text_of(name)]
    missing = [name for name in names if not text_of(name)]
    if given and missing:
        raise EnvironmentIncomplete(
            f"{_and(given)} {'is' if len(given) == 1 else 'are'} set, and {_and(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not: set all of {_and(names)}, or none."
        )
    return bool(given)


# --- Values -----------------------------------------------------------------------------------


def text_of(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    given = text_of(name).lower()
    if given and given not in YES | NO:
        raise EnvironmentIncomplete(f'{name} is "{given}", but must be "on" or "off".')
    return given in YES if given else default


def number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    given = text_of(name)
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and least <= int(given[:12]) <= most):
        raise EnvironmentIncomplete(
            f'{name} is "{given}", but must be a whole number from {least} to {most}.'
        )
    return int(given)


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    given = text_of(name, default)
    if given not in allowed:
        raise EnvironmentIncomplete(
            f'{name} is "{given}", but must be one of {", ".join(allowed)}.'
        )
    return given


def listed(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


# --- Secrets, hosts, addresses ------------------------------------------------------------------


def secret(name: str, *, length: int = KEY_LENGTH) -> str:
    """A long random text. What a person made up, or a word again and again, can be guessed."""
    given = text_of(name)
    if given:
        _refuse_guessable(name, given, length)
    return given


def secrets(name: str) -> list[str]:
    for given in listed(name):
        _refuse_guessable(name, given, KEY_LENGTH)
    return listed(name)


def _refuse_guessable(name: str, given: str, length: int) -> None:
    """One that is made of a shorter text stands in its own double before the middle."""
    repeats = (given * 2).find(given, 1) < len(given)
    if len(given) < length or len(set(given)) < KEY_VARIETY or repeats:
        raise EnvironmentIncomplete(
            f"{name} can be guessed: at least {length} random characters are needed. This makes "
            'them: python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )


def hosts(name: str) -> list[str]:
    """Names a visitor may ask for. Never all: then anybody decides what links in mails lead to."""
    for host in listed(name):
        if host == "*" or not (HOST.fullmatch(host) or _is_address(host.strip("[]"))):
            raise EnvironmentIncomplete(
                f'{name} holds "{host}", but must name the site\'s hosts, without https:// and '
                'port, with commas between them; "*" is not taken.'
            )
    return listed(name)


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def site_address(name: str, allowed: list[str]) -> str:
    """https://host, where the host is one that is answered for."""
    from django.http.request import validate_host

    parts = _https(name)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise EnvironmentIncomplete(f"{name} must end after the host name.")
    if not validate_host(parts.hostname or "", [host.lower() for host in allowed]):
        raise EnvironmentIncomplete(
            f"{name} leads to {parts.hostname}, which is none of the hosts in ALLOWED_HOSTS."
        )
    return f"https://{parts.netloc}"


def https_address(name: str) -> str:
    """An address of something else that people's browsers, or this site, will ask; or nothing."""
    return _https(name).geturl().rstrip("/") if text_of(name) else ""


def https_address_with_key(name: str) -> str:
    """The same where a key stands before the host, as in Sentry's."""
    given = text_of(name)
    parts = _split(name, given)
    if given and (parts.scheme != "https" or not parts.hostname or not parts.username):
        raise EnvironmentIncomplete(f"{name} must look like https://key@host/number.")
    return given


def endpoint(name: str) -> str:
    """An address inside a site's own network may go without encryption."""
    given = text_of(name)
    parts = _split(name, given)
    if given and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
        raise EnvironmentIncomplete(f"{name} must be an address such as https://host:9000.")
    return given.rstrip("/")


def _https(name: str) -> SplitResult:
    parts = _split(name, text_of(name))
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise EnvironmentIncomplete(f"{name} must be an address that begins with https://.")
    return parts


def _split(name: str, url: str) -> SplitResult:
    """An address with a port that is no number raises only when that is read."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        raise EnvironmentIncomplete(f"{name} is not an address that can be read.") from None
    return parts


# --- Services -----------------------------------------------------------------------------------


def postgres(url: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name?sslmode=require as Django's settings. Every part
    but the name may be left out: then the client's own defaults hold (socket, present user)."""
    parts = _split("DATABASE_URL", url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvironmentIncomplete(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    options = _options(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **options},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _options(query: str) -> dict[str, Any]:
    """The driver itself knows which there are."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    options = dict(parse_qsl(query, keep_blank_values=True))
    try:
        make_conninfo(**options)
        wrong = options.get("sslmode", "prefer") not in SSL_MODES
    except ProgrammingError:
        wrong = True
    if wrong:
        raise EnvironmentIncomplete(
            "DATABASE_URL has an option that PostgreSQL does not know, after its question mark."
        )
    return options


def pooled(database: dict[str, Any], size: int) -> dict[str, Any]:
    """The same with a pool in each process instead of a lasting connection in each thread."""
    if not size:
        return database
    pool = {"min_size": min(2, size), "max_size": size, "timeout": CONNECT_SECONDS}
    return database | {"CONN_MAX_AGE": 0, "OPTIONS": {**database["OPTIONS"], "pool": pool}}


def redis_address(name: str) -> str:
    given = text_of(name)
    if given:
        parts = _split(name, given)
        number_of = parts.path.strip("/") or "0"
        if parts.scheme not in {"redis", "rediss"} or not parts.hostname or not number_of.isdigit():
            raise EnvironmentIncomplete(
                f"{name} must look like redis://host:6379/0, or rediss:// with encryption."
            )
    return given


def redis_caches(url: str, prefix: str) -> dict[str, dict[str, Any]]:
    """`sessions` is for SESSION_CACHE_ALIAS, `default` for all else."""
    common = {
        "LOCATION": url,
        "KEY_PREFIX": prefix,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    return {
        "default": {"BACKEND": "academy.cache.SharedCache", **common},
        "sessions": {"BACKEND": "academy.cache.SessionCache", **common},
    }


def _and(names: list[str] | tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
