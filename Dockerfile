# The site as an image: `docker build --target site .`; with PostgreSQL's client programs, age and
# GnuPG for deploy/backup and deploy/restore: `--target operations`. Every write goes below
# /var/academy and /tmp, so that the rest can be read-only.

FROM python:3.13-slim-trixie AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
COPY requirements/production.txt /tmp/production.txt
# Every file is held against its hash; nothing is compiled here.
RUN python -m venv /opt/academy \
    && /opt/academy/bin/python -m pip install --require-hashes --no-deps --only-binary :all: \
        -r /tmp/production.txt \
    && /opt/academy/bin/python -m pip uninstall -q -y pip

FROM packages AS built
ENV PATH=/opt/academy/bin:$PATH ACADEMY_STATIC=/srv/static
WORKDIR /srv/academy
COPY . .
RUN deploy/build

FROM python:3.13-slim-trixie AS base
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Urban Academy" \
    org.opencontainers.image.description="A learning platform for Europe's towns, cities and regions" \
    org.opencontainers.image.version="$VERSION"
RUN groupadd --gid 10001 academy \
    && useradd --uid 10001 --gid academy --no-create-home --home-dir /var/academy \
        --shell /usr/sbin/nologin academy \
    && install --directory --owner=academy --group=academy --mode=0750 /var/academy
COPY --from=built /opt/academy /opt/academy
COPY --from=built /srv /srv
ENV PATH=/opt/academy/bin:$PATH \
    DJANGO_SETTINGS_MODULE=academy.settings.production \
    ACADEMY_VAR=/var/academy ACADEMY_STATIC=/srv/static ACADEMY_ALIVE=/tmp \
    HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/academy

FROM base AS operations
# Debian keeps the newest build of each only, so a version named here would soon be gone.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends age gnupg postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
HEALTHCHECK NONE
ENTRYPOINT []
CMD ["deploy/backup", "--help"]

FROM base AS site
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-P", "academy/alive.py", "web"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "academy.serve"]
