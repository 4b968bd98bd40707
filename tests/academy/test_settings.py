"""Each place refuses to start without what it needs, and says which."""

import os
import subprocess
import sys

import pytest

from academy.settings import environment

PRODUCTION = {
    "SECRET_KEY": "only-for-this-test-" * 4,
    "ALLOWED_HOSTS": "academy.example.org, www.example.org",
    "DATABASE_URL": "postgresql:///academy",
    "REDIS_URL": "redis://localhost/0",
    "BASE_URL": "https://academy.example.org",
}


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
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "sqlite:///x", "x"])
def test_another_database_is_refused_with_an_example(url):
    with pytest.raises(environment.EnvironmentIncomplete, match="must look like postgresql://"):
        environment.postgres(url)
