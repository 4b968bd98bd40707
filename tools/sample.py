"""What a site in production needs at least, with values that lead nowhere: for checks,
measurements and tests, which put their own places in."""

PRODUCTION = {
    "SECRET_KEY": "only-for-trying-out-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "academy.example.org",
    "DATABASE_URL": "postgresql:///academy",
    "REDIS_URL": "redis://localhost/0",
    "BASE_URL": "https://academy.example.org",
}
