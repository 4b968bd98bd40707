"""Fixtures that every test may use: `jobs`, `demonstration`, and for journeys `pages` and `axe`."""

import os
import shutil
from collections.abc import Iterator

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache, caches
from django.test import TransactionTestCase
from django.utils import translation
from wagtail.signal_handlers import disable_reference_index_auto_update

from academy import translations
from participants import jobs as jobs_door
from tests.support import browser as browsing
from tests.support import databases, services
from tests.support.jobs import Jobs


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres: needs PostgreSQL, as races between people do")
    config.addinivalue_line("markers", "pure: knows no database, so one run of two is enough")
    config.addinivalue_line("markers", "journey: a person's way through a real browser")
    if not hasattr(config, "workerinput"):
        databases.clear_left_behind()
        translations.compile_catalogues()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name == "test_rules.py" or item.path.name.startswith("test_matching_"):
            item.add_marker("pure")
        if "journeys" in item.path.parts:
            item.add_marker("journey")
        if item.get_closest_marker("postgres") and not databases.ON_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        if item.get_closest_marker("journey") and not services.chromium():
            item.add_marker(pytest.mark.skip(reason="needs Chromium"))


# --- Data -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[databases.Databases]:
    """A copy of a template instead of 200 migrations; it is put back after tests that commit."""
    stock = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        copies = databases.Databases()
        copies.start()
        TransactionTestCase._fixture_teardown = lambda self: copies.restore()
    yield copies
    TransactionTestCase._fixture_teardown = stock
    with django_db_blocker.unblock():
        copies.end()


@pytest.fixture
def demonstration(transactional_db, django_db_setup) -> None:
    """The demonstration as `load_demo` leaves it. It takes milliseconds after its first use."""
    django_db_setup.load_demonstration()


@pytest.fixture(autouse=True)
def _without_editors_indexes(request, settings) -> Iterator[None]:
    """What the desk's search and its list of usages know of pages takes half of the time in which
    a page is saved. The demonstration has both."""
    if "demonstration" in request.fixturenames:
        yield
        return
    backend = settings.WAGTAILSEARCH_BACKENDS["default"]
    settings.WAGTAILSEARCH_BACKENDS = {"default": backend | {"AUTO_UPDATE": False}}
    with disable_reference_index_auto_update():
        yield


@pytest.fixture(autouse=True)
def _clean_files() -> Iterator[None]:
    folder = settings.FILES_DIR
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    jobs_door.broker.ended()
    backend = caches["default"]
    if not databases.ON_POSTGRES:
        cache.clear()
        return
    client = backend._cache.get_client(None, write=True)
    if keys := list(client.scan_iter(match=f"{settings.CACHES['default']['KEY_PREFIX']}:*")):
        client.delete(*keys)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request in another language leaves that language active behind it."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


# --- Work for later -------------------------------------------------------------------------


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """`jobs.run()` does what was promised until then; see tests/support/jobs.py."""
    current_app.loader.import_default_modules()
    promised = Jobs()
    while promised._take():
        pass
    yield promised
    while promised._take():
        pass


# --- Browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    # The browser's loop runs in this thread, while the tests go on asking the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=services.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture
def pages(browser, live_server) -> Iterator[browsing.Pages]:
    """`pages.new(viewport=PHONE, dark=True, script=False)` opens a page on the running site."""
    opened = browsing.Pages(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture(scope="session")
def axe():
    """`axe(page)` returns what hinders people, as readable lines; none means an empty list."""
    from axe_playwright_python.sync_playwright import Axe

    return browsing.axe_checker(Axe().axe_script)
