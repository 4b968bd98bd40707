"""Reads settings from the environment, with the standard library alone."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


class EnvironmentIncomplete(ImproperlyConfigured):
    """Its words are a sentence for the person who starts the site."""


def required(**meanings: str) -> list[str]:
    """The values of these variables. Names every missing one at once."""
    missing = [f"{name} ({text})" for name, text in meanings.items() if not os.environ.get(name)]
    if missing:
        raise EnvironmentIncomplete(
            "The site does not start before these environment variables are set: "
            + "; ".join(missing)
            + ". docs/operations.md explains each."
        )
    return [os.environ[name] for name in meanings]


def flag(name: str, default: bool) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def listed(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def postgres(url: str) -> dict:
    """postgresql://user:password@host:port/name?sslmode=require as Django's settings. Every part
    but the name may be left out: then the client's own defaults hold (socket, present user)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvironmentIncomplete(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def redis_cache(url: str, prefix: str) -> dict:
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": prefix,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
