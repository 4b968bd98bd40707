"""Measures the platform at the size it is meant for: `make bench`, `python -m tools.bench -h`.

Needs PostgreSQL and Redis, which DATABASE_URL and REDIS_URL may name; its databases are its own.
"""
