"""Each place refuses to start without what it needs, and says which."""

import os
import subprocess
import sys

import pytest

from academy.settings import environment
from tools import sample

PRODUCTION = sample.PRODUCTION | {"ALLOWED_HOSTS": "academy.example.org, www.example.org"}


SETTINGS = "academy.settings.production"


def start(module: str, code: str, **variables: str) -> subprocess.CompletedProcess:
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    command = [sys.executable, "-c", f"from academy.settings import {module} as s; {code}"]
    return subprocess.run(
        command, env=kept | variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_names_what_is_missing(missing):
    given = {key: value for key, value in PRODUCTION.items() if key != missing}
    done = start("production", "", **given)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"before these environment variables are set: {missing} (" in last


S3 = {"S3_BUCKET": "academy", "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "hush"}
EU_LOGIN = {
    "EU_LOGIN_CLIENT_ID": "academy",
    "EU_LOGIN_CLIENT_SECRET": "hush",
    "EU_LOGIN_SERVER_URL": "https://login.example.org",
}
MAILJET = {"MAIL_SERVICE": "mailjet", "MAIL_API_KEY": "key", "MAIL_API_SECRET": "hush"}
REFUSED = [
    ({"SECRET_KEY": "short"}, "SECRET_KEY can be guessed: at least 50 random characters"),
    ({"SECRET_KEY": "abcdefghijkl" * 5}, "SECRET_KEY can be guessed"),
    ({"SECRET_KEY": "abc" + "d" * 60}, "SECRET_KEY can be guessed"),
    ({"SECRET_KEY_FALLBACKS": "old"}, "SECRET_KEY_FALLBACKS can be guessed"),
    ({"ALLOWED_HOSTS": "*"}, 'ALLOWED_HOSTS holds "*", but must name'),
    ({"ALLOWED_HOSTS": "https://academy.example.org"}, "without https:// and port"),
    ({"ALLOWED_HOSTS": "academy.example.org:443"}, "without https:// and port"),
    ({"BASE_URL": "http://academy.example.org"}, "BASE_URL must be an address that begins with"),
    ({"BASE_URL": "academy.example.org"}, "BASE_URL must be an address that begins with https"),
    ({"BASE_URL": "https://elsewhere.example"}, "none of the hosts in ALLOWED_HOSTS"),
    ({"BASE_URL": "https://academy.example.org/en/"}, "BASE_URL must end after the host name"),
    ({"BASE_URL": "https://academy.example.org:x"}, "BASE_URL is not an address"),
    ({"DATABASE_URL": "mysql://db/academy"}, "must look like postgresql://"),
    ({"DATABASE_URL": "postgresql://db:five/academy"}, "DATABASE_URL is not an address"),
    ({"DATABASE_URL": "postgresql://db/academy?ssl=yes"}, "an option that PostgreSQL does not"),
    ({"DATABASE_URL": "postgresql://db/academy?sslmode=yes"}, "an option that PostgreSQL"),
    ({"DATABASE_POOL": "many"}, 'DATABASE_POOL is "many", but must be a whole number'),
    ({"REDIS_URL": "memcached://host"}, "REDIS_URL must look like redis://"),
    ({"REDIS_URL": "redis://host/first"}, "REDIS_URL must look like redis://"),
    ({"CELERY_BROKER_URL": "folder://"}, "CELERY_BROKER_URL must look like redis://"),
    ({"EMAIL_PORT": "smtp"}, 'EMAIL_PORT is "smtp", but must be a whole number'),
    ({"EMAIL_PORT": "70000"}, "a whole number from 1 to 65535"),
    ({"EMAIL_USE_TLS": "maybe"}, 'EMAIL_USE_TLS is "maybe", but must be "on" or "off"'),
    ({"EMAIL_USE_TLS": "on", "EMAIL_USE_SSL": "on"}, "EMAIL_USE_TLS and EMAIL_USE_SSL are both"),
    ({"HSTS_SECONDS": "-1"}, 'HSTS_SECONDS is "-1"'),
    ({"TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES is"),
    ({"NOTICE_GIVE_UP_DAYS": "1.5"}, "NOTICE_GIVE_UP_DAYS is"),
    ({"INACTIVE_ERASE_AFTER_DAYS": "soon"}, 'INACTIVE_ERASE_AFTER_DAYS is "soon"'),
    ({"EU_LOGIN_CLIENT_ID": "academy"}, "EU_LOGIN_CLIENT_ID is set, and EU_LOGIN_CLIENT_SECRET"),
    (EU_LOGIN | {"EU_LOGIN_SERVER_URL": "http://x"}, "EU_LOGIN_SERVER_URL must be an address"),
    ({"S3_BUCKET": "academy"}, "S3_BUCKET is set, and S3_ACCESS_KEY and S3_SECRET_KEY are not"),
    ({"S3_ENDPOINT": "https://store"}, "S3_ENDPOINT is set, and S3_BUCKET"),
    (S3 | {"S3_ENDPOINT": "store:9000"}, "S3_ENDPOINT must be an address"),
    (S3 | {"S3_PUBLIC_URL": "http://files.example.org"}, "S3_PUBLIC_URL must be an address"),
    (S3 | {"S3_ADDRESSING": "pretty"}, "S3_ADDRESSING is"),
    ({"MAIL_SERVICE": "pigeons"}, 'MAIL_SERVICE is "pigeons", but must be one of smtp, brevo'),
    ({"MAIL_SERVICE": "brevo"}, "set: MAIL_API_KEY (for brevo)"),
    (MAILJET | {"MAIL_WEBHOOK_SECRET": "x"}, "MAIL_WEBHOOK_SECRET can be guessed"),
    (MAILJET | {"BOUNCE_ADDRESS": "b@example.org"}, "BOUNCE_ADDRESS is for mail by SMTP"),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
def test_production_does_not_start_with_what_cannot_be_right(given, sentence):
    done = start("production", "", **PRODUCTION | given)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("academy.settings.environment.EnvironmentIncomplete: "), done.stderr
    assert sentence in last
    assert "hush" not in last


def test_the_command_line_says_the_sentence_and_nothing_else():
    given = PRODUCTION | {"ALLOWED_HOSTS": "*", "DJANGO_SETTINGS_MODULE": SETTINGS}
    kept = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=kept | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith('ALLOWED_HOSTS holds "*"')


def test_every_service_can_be_set_together_without_a_warning():
    """As `make lint` checks it: `check --deploy` finds nothing to say."""
    given = PRODUCTION | S3 | EU_LOGIN | MAILJET | {"DJANGO_SETTINGS_MODULE": SETTINGS}
    given |= {
        "MAIL_WEBHOOK_SECRET": "0123456789-abcdefghijklmnopqrstuvwxyz",
        "S3_ENDPOINT": "http://store:9000",
        "S3_PUBLIC_URL": "https://files.example.org/media",
        "DATABASE_POOL": "4",
        "S3_SIGNED_LINKS": "on",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"]} | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_pictures_from_another_address_are_let_in_by_the_policy():
    code = (
        "p = s.CONTENT_SECURITY_POLICY['DIRECTIVES']; print(p['img-src'], p['script-src'], "
        "s.WAGTAILDOCS_SERVE_METHOD, s.SERVE_MEDIA)"
    )
    given = S3 | {"S3_PUBLIC_URL": "https://files.example.org/media"}
    done = start("production", code, **PRODUCTION | given)
    assert done.stdout.strip() == (
        "[\"'self'\", 'https://files.example.org'] [\"'self'\"] serve_view True"
    ), done.stderr


@pytest.mark.parametrize(
    ("given", "expected"), [("0", "600 True None"), ("4", "0 True {'min_size': 2, 'max_size': 4")]
)
def test_connections_last_or_come_from_a_pool(given, expected):
    code = (
        "d = s.DATABASES['default']; "
        "print(d['CONN_MAX_AGE'], d['CONN_HEALTH_CHECKS'], d['OPTIONS'].get('pool'))"
    )
    done = start("production", code, **PRODUCTION, DATABASE_POOL=given)
    assert done.stdout.startswith(expected), done.stderr


def test_production_is_closed_and_takes_its_services_from_the_environment():
    code = (
        "print(s.DEBUG, s.DEMO, s.SERVE_MEDIA, s.ALLOWED_HOSTS, s.CELERY_BROKER_URL, "
        "s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, "
        "s.STAFF_REQUIRES_SECOND_FACTOR)"
    )
    done = start("production", code, **PRODUCTION)
    assert done.stdout.strip() == (
        "False False False ['academy.example.org', 'www.example.org'] redis://localhost/0 "
        "True True True True"
    ), done.stderr


@pytest.mark.parametrize(
    ("given", "proxies"),
    [({}, "1"), ({"TRUSTED_PROXIES": "2"}, "2"), ({"BEHIND_PROXY": "off"}, "None")],
)
def test_production_knows_how_many_proxies_stand_in_front(given, proxies):
    code = "print(getattr(s, 'ALLAUTH_TRUSTED_PROXY_COUNT', None))"
    done = start("production", code, **PRODUCTION, **given)
    assert done.stdout.strip() == proxies, done.stderr


def test_the_demonstration_keeps_its_secret_to_itself(tmp_path):
    code = "print(s.SECRET_KEY, s.DEBUG, s.ALLOWED_HOSTS, s.WAGTAILADMIN_BASE_URL)"
    first, second = (
        start("demo", code, ACADEMY_VAR=str(tmp_path / "var"), PORT="8123").stdout for _ in range(2)
    )
    assert first == second
    secret, rest = first.strip().split(" ", 1)
    assert (len(secret) >= 50, (tmp_path / "var/secret-key").stat().st_mode & 0o777) == (
        True,
        0o600,
    )
    assert rest == ("False ['localhost', '127.0.0.1', '[::1]', '127.0.0.1'] http://localhost:8123")


def test_an_address_of_a_database_is_read_in_all_its_parts():
    read = environment.postgres("postgres://ada:p%40ss@db.example:5433/my%20db?sslmode=require")
    assert {key: read[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "my db",
        "USER": "ada",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "connect_timeout": 5},
    }


@pytest.mark.parametrize("program", ["academy.wsgi", "academy.celery"])
def test_who_names_no_settings_gets_those_of_production(program):
    """Never those of development, where every error shows its variables."""
    code = f"import {program}; from django.conf import settings as s; print(s.SETTINGS_MODULE)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]} | PRODUCTION,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == SETTINGS, done.stderr


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "sqlite:///x", "x"])
def test_another_database_is_refused_with_an_example(url):
    with pytest.raises(environment.EnvironmentIncomplete, match="must look like postgresql://"):
        environment.postgres(url)
