"""A backup comes back whole into an empty place, and whatever is missing is said."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection

from academy.backups import Trouble, database, files, make, restore, seal
from home import tree
from participants.actions import erase_person
from participants.models import User
from tests.factories import courses as make_course
from tests.factories import home as make_home
from tests.factories import participants as people
from tests.support import databases, places

BASE = Path(__file__).resolve().parents[2]
FACTS = {"a": {"rows": 2, "content": "7"}, "b": {"rows": 1, "content": "3"}}


def call(script: str, *words, **environment) -> subprocess.CompletedProcess:
    command = [str(BASE / "deploy" / script), *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def done(script: str, *words, **environment) -> str:
    answer = call(script, *words, **environment)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(script: str, *words, **environment) -> str:
    answer = call(script, *words, **environment)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stderr


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def shelf(tmp_path):
    """Where backups go."""
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


# --- PostgreSQL and a folder ----------------------------------------------------------------


@pytest.fixture
def site(transactional_db, tmp_path, settings):
    """The environment of a site with a course, a document and two people; its data are the test's
    own."""
    make_course.course()
    people.person("ada@example.org"), people.person("bea@example.org")
    make_home.document()
    folder = tmp_path / "site"
    shutil.copytree(settings.FILES_DIR, folder)
    (folder / "private/exports").mkdir()
    (folder / "private/exports/copy.zip").write_bytes(b"fetched again")
    return places.production(folder)


@pytest.fixture
def empty(tmp_path):
    """The environment of a new place: no table, no file."""
    name = f"academy_restored_{os.getpid()}"
    databases.Postgres._ask(f'DROP DATABASE IF EXISTS "{name}"')
    databases.Postgres._ask(f'CREATE DATABASE "{name}"')
    yield places.production(tmp_path / "new", name)
    databases.Postgres._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def rows(place: dict, statement: str) -> list[tuple]:
    with psycopg.connect(place["DATABASE_URL"], autocommit=True) as there:
        cursor = there.execute(statement)
        return cursor.fetchall() if cursor.description else []


NOTHING = """DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP; CREATE SCHEMA public; END $$"""
EMAILS = "SELECT email FROM participants_user ORDER BY email"


@pytest.mark.postgres
def test_a_site_comes_back_whole_but_for_whom_was_erased_since(site, empty, shelf, jobs):
    done("backup", shelf, **site)
    backup, ada = only(shelf), User.objects.get(email="ada@example.org")
    erase_person(ada.pk)  # notes it with the private files of the test
    old = Path(storages["private"].location)

    assert "name a newer backup" in refused("restore", backup, **empty)
    assert rows(empty, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []
    said = done("restore", backup, "--erased", old, **empty)

    assert "Restored and compared: " in said
    assert "Erased again: 1 of 1" in said
    assert rows(empty, EMAILS) == [
        ("bea@example.org",),
        (f"erased-{ada.pk}@erased.invalid",),
    ]
    before, after = (contents(Path(place["ACADEMY_VAR"])) for place in (site, empty))
    del before["private/exports/copy.zip"]
    assert {**before, f"private/erased/{ada.pk}": after[f"private/erased/{ada.pk}"]} == after
    assert "The database is not empty" in refused("restore", backup, "--erased", old, **empty)


@pytest.mark.postgres
def test_a_missing_row_is_found_after_restoring(site, empty, shelf):
    done("backup", shelf, **site)
    first = only(shelf)
    User.objects.filter(email="bea@example.org").delete()
    second, _missing = make.make(shelf)
    told, newer = (json.loads((each / "manifest.json").read_text()) for each in (first, second))
    shutil.copy(second / "database.dump", first)
    told["files"]["database.dump"] = newer["files"]["database.dump"]
    (first / "manifest.json").write_text(json.dumps(told))

    said = refused("restore", first, "--nobody-erased", **empty)

    assert "public.participants_user has 1 rows instead of 2" in said
    assert "Do not use it" in said


@pytest.mark.postgres
def test_a_backup_of_a_newer_version_is_refused(site, empty, shelf):
    done("backup", shelf, **site)
    path = only(shelf) / "manifest.json"
    told = json.loads(path.read_text())
    told["migrations"].append("participants.9999_from_the_future")
    path.write_text(json.dumps(told))
    said = refused("restore", only(shelf), "--nobody-erased", **empty)
    assert "of a newer version of the site (participants.9999_from_the_future)" in said
    assert rows(empty, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


@pytest.mark.postgres
def test_files_that_never_went_away_are_compared_and_not_written(site, empty, shelf):
    done("backup", shelf, **site)
    backup, kept = only(shelf), empty | {"ACADEMY_VAR": site["ACADEMY_VAR"]}
    assert "not empty" in refused("restore", backup, "--nobody-erased", **kept)
    done("restore", backup, "--database-only", "--erased", "storage", **kept)
    rows(empty, NOTHING)
    document = next(Path(kept["ACADEMY_VAR"]).glob("private/documents/*"))
    document.write_bytes(b"another")
    said = refused("restore", backup, "--database-only", "--nobody-erased", **kept)
    assert f"private/documents/{document.name} differs" in said


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_row_that_differs_is_seen_and_the_order_of_rows_is_not():
    people.person("ada@example.org", "Ada"), people.person("bea@example.org", "Bea")
    users = "public.participants_user"

    def look():
        with database.Postgres().still():
            return database.Postgres().tables()

    before = look()
    User.objects.filter(name="Ada").update(name="Eve")
    assert database.differences(before, look()) == [f"{users} has rows that differ"]
    User.objects.filter(name="Eve").update(name="Ada")  # now it stands behind the other row
    assert look() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_people_do_during_a_backup_is_in_all_of_it_or_in_none(shelf, monkeypatch):
    stock = database.Postgres.dump

    def while_somebody_publishes(source, folder):
        stock(source, folder)
        with psycopg.connect(places.database_url(connection.settings_dict["NAME"])) as other:
            other.execute("UPDATE home_treeversion SET token = gen_random_uuid()")

    tree.touch()
    with database.Postgres().still():
        before = database.Postgres().tables()
    monkeypatch.setattr(database.Postgres, "dump", while_somebody_publishes)
    made, _missing = make.make(shelf)
    told = json.loads((made / "manifest.json").read_text())["tables"]
    assert told["public.home_treeversion"] == before["public.home_treeversion"]


# --- The embedded site --------------------------------------------------------------------


@pytest.mark.skipif(databases.ON_POSTGRES, reason="its data are of the run on SQLite")
def test_the_embedded_site_comes_back_with_its_files_and_its_secret(
    transactional_db, tmp_path, shelf
):
    people.person("ada@example.org")
    kept = {key: os.environ[key] for key in places.KEPT if key in os.environ}
    kept |= {"PYTHON": places.sys.executable, "DJANGO_SETTINGS_MODULE": "academy.settings.demo"}
    site, new = (kept | {"ACADEMY_VAR": str(tmp_path / name)} for name in ("site", "new"))
    (tmp_path / "site").mkdir()
    databases._copy(connection.settings_dict["NAME"], tmp_path / "site/academy.sqlite3")
    media = tmp_path / "site/media/images"
    media.mkdir(parents=True)
    (media / "ümlaut.png").write_bytes(make_home.picture())

    done("backup", shelf, **site)
    done("restore", only(shelf), "--nobody-erased", **new)

    before, after = contents(tmp_path / "site"), contents(tmp_path / "new")
    (found,) = sqlite3.connect(tmp_path / "new/academy.sqlite3").execute(EMAILS)
    assert found == ("ada@example.org",)
    names = {"media/images/ümlaut.png", "secret-key"}
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    assert (tmp_path / "new/secret-key").stat().st_mode & 0o777 == 0o600
    said = refused("restore", only(shelf), "--nobody-erased", **new)
    assert f"The folder {tmp_path / 'new'} is not empty" in said


# --- Backups that are damaged or encrypted --------------------------------------------------


@pytest.fixture
def backup(transactional_db, shelf):
    """One of the test's own database, made and looked at in this process."""
    storages["default"].save("images/a.png", ContentFile(make_home.picture()))
    made, _missing = make.make(shelf)
    return made


def check(path, *words) -> int:
    return restore.main([str(path), "--check", *map(str, words)])


def test_a_whole_backup_passes_and_nothing_half_made_stays(backup, shelf):
    assert check(backup) == 0
    assert list(shelf.iterdir()) == [backup]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(b"x" * file.stat().st_size), "media/images/a.png differs"),
        (lambda file: file.unlink(), "media/images/a.png is missing"),
    ],
)
def test_a_corrupted_or_missing_file_is_found_before_anything_is_restored(
    backup, capsys, harm, words
):
    harm(backup / "media/images/a.png")
    assert check(backup) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"format": "another/1"}'])
def test_a_manifest_that_nobody_can_read_is_said(backup, capsys, text):
    (backup / "manifest.json").write_text(text)
    assert check(backup) == 1
    assert "no manifest that can be read" in capsys.readouterr().err


def test_a_file_that_a_row_names_and_no_storage_has_is_told(transactional_db, shelf):
    document = make_home.document()
    document.file.storage.delete(document.file.name)
    assert make.make(shelf)[1] == [f"private/{document.file.name}"]


def test_a_backup_that_fails_leaves_nothing_behind(transactional_db, shelf, monkeypatch):
    monkeypatch.setattr(files, "copy_out", lambda folder: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        make.make(shelf)
    assert list(shelf.iterdir()) == []


@pytest.fixture
def gnupg(monkeypatch):
    """A key of the test's own. GnuPG wants a short path for its agent."""
    import tempfile

    if shutil.which("gpg") is None:
        pytest.skip("needs GnuPG")
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as home:
        monkeypatch.setenv("GNUPGHOME", home)
        options = ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Backup"]
        subprocess.run(["gpg", *options], check=True, capture_output=True)
        yield "Backup"
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)


def test_an_encrypted_backup_is_one_file_that_its_key_opens(backup, shelf, gnupg, capsys):
    sealed = seal.seal(backup, gnupg)
    assert (list(shelf.iterdir()), sealed.suffix) == ([sealed], ".gpg")
    assert check(sealed) == 0
    sealed.write_bytes(sealed.read_bytes()[:-200])
    assert check(sealed) == 1
    assert "gpg failed" in capsys.readouterr().err


def test_a_key_that_nobody_knows_leaves_the_backup_readable_and_says_so(backup, shelf, gnupg):
    with pytest.raises(Trouble, match="gpg failed"):
        seal.seal(backup, "Nobody")
    assert list(shelf.iterdir()) == [backup]


def test_age_is_asked_for_keys_of_its_kind(backup, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Trouble, match="age is not installed"):
        seal.seal(backup, "age1qqq")


def test_what_differs_between_tables_is_said_table_by_table():
    assert database.differences(FACTS, FACTS) == []
    other = {"a": {"rows": 1, "content": "7"}, "c": {"rows": 1, "content": "3"}}
    assert database.differences(FACTS, other) == [
        "a has 1 rows instead of 2",
        "table b is missing",
        "table c is new",
    ]
    assert database.differences(FACTS, FACTS | {"b": {"rows": 1, "content": "4"}}) == [
        "b has rows that differ"
    ]


def test_old_backups_go_when_they_are_more_than_wanted(tmp_path):
    for day in (1, 2, 3):
        (tmp_path / f"academy-2026010{day}T000000Z").mkdir()
    (tmp_path / "academy-20260104T000000Z.tar.age").touch()
    (tmp_path / "notes").mkdir()
    make._drop_old(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "academy-20260103T000000Z",
        "academy-20260104T000000Z.tar.age",
        "notes",
    ]


# --- Object storage -------------------------------------------------------------------------


@pytest.fixture
def buckets(settings, monkeypatch):
    """Storages in a bucket that is not there."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with moto.mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="academy")
        kept = {"bucket_name": "academy", "region_name": "us-east-1", "file_overwrite": False}
        settings.STORAGES = {
            alias: {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": kept | {"location": alias},
            }
            for alias in ("default", "private")
        }
        yield


def test_what_lies_in_a_bucket_comes_back_into_a_bucket(buckets, tmp_path):
    storages["default"].save("images/a.png", ContentFile(b"a picture"))
    storages["private"].save("documents/b.pdf", ContentFile(b"a document"))
    storages["private"].save("exports/c.zip", ContentFile(b"fetched again"))

    facts = files.copy_out(tmp_path)
    assert sorted(facts) == ["media/images/a.png", "private/documents/b.pdf"]
    storages["default"].delete("images/a.png")
    storages["private"].delete("documents/b.pdf")
    storages["private"].delete("exports/c.zip")
    assert not any(files.all_names().values())
    files.copy_in(tmp_path, facts)

    assert files.differences(facts) == []
    with pytest.raises(Trouble, match="there already"):
        files.copy_in(tmp_path, facts)
