"""Which programs beside the code are there to test with."""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """CHROMIUM names one; else the first of the usual names on the PATH."""
    if named := os.environ.get("CHROMIUM"):
        return named if os.access(named, os.X_OK) else None
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def postgres_fault() -> str | None:
    """Why the tests cannot make databases there; nothing when they can."""
    import psycopg

    try:
        with psycopg.connect(
            os.environ.get("DATABASE_URL", "postgresql:///postgres"), connect_timeout=5
        ) as server:
            row = server.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return (str(error).strip().splitlines() or ["no answer"])[-1]
    return None if row and row[0] else "the user may not create databases"


def redis_fault() -> str | None:
    import redis

    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        return str(error)
    return None
