"""The environment of a site of its own, as an operator would give it: for tests that start the
site's programs as processes."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
KEPT = ("PATH", "HOME", "LANG", "PGHOST", "PGUSER", "PGPASSWORD", "PGPORT", "GNUPGHOME")


def database_url(name: str) -> str:
    """An address of a database beside the one of the tests."""
    known = connection.settings_dict
    user = f"{known['USER']}:{known['PASSWORD']}@" if known["USER"] else ""
    port = f"&port={known['PORT']}" if known["PORT"] else ""
    host = f"?host={known['HOST']}{port}" if known["HOST"] else ""
    return f"postgresql://{user}/{name}{host}"


def production(var: Path, database: str = "", **more: str) -> dict[str, str]:
    """`database` is this test's own one, unless another is named."""
    return {
        **{key: os.environ[key] for key in KEPT if key in os.environ},
        "PYTHON": sys.executable,
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "academy.settings.production",
        "ACADEMY_VAR": str(var),
        "SECRET_KEY": "only-for-this-test-" * 4,
        "ALLOWED_HOSTS": "academy.example.org,localhost,127.0.0.1",
        "BASE_URL": "https://academy.example.org",
        "DATABASE_URL": database_url(database or str(connection.settings_dict["NAME"])),
        "REDIS_URL": REDIS.rpartition("/")[0] + "/9",
        **more,
    }
