"""Why a demonstration does not start: one sentence that says what to do."""

import socket
import sqlite3

import pytest

from academy.demo import preflight
from academy.demo.preflight import MEGABYTE, Refusal


@pytest.mark.parametrize("text", ["", "x", "0", "65536", "-1", "8o80", "²"])
def test_a_port_that_is_no_port_is_refused(text):
    with pytest.raises(Refusal, match="make run PORT=8001"):
        preflight.port(text)


def test_a_taken_port_names_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        number = taken.getsockname()[1]
        with pytest.raises(Refusal, match=r"taken by another program.*make run PORT="):
            preflight.port_free("127.0.0.1", number)
    preflight.port_free("127.0.0.1", number)


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(Refusal, match="cannot be written"):
        preflight.writable(tmp_path / "var")


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, monkeypatch):
    class Usage:
        free = 3 * MEGABYTE

    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(Refusal, match="has 3 MB free; 300 MB are needed"):
        preflight.space(tmp_path, 300 * MEGABYTE)


def test_two_demonstrations_never_share_a_folder(tmp_path):
    with (
        preflight.alone(tmp_path, "http://localhost:8000/"),
        pytest.raises(Refusal, match=r"already runs.*http://localhost:8000/"),
    ):
        preflight.alone(tmp_path, "http://localhost:8001/")
    preflight.alone(tmp_path, "http://localhost:8001/").close()


def test_no_database_and_an_empty_one_are_fine(tmp_path):
    preflight.database(tmp_path / "none.sqlite3")
    (tmp_path / "empty.sqlite3").touch()
    preflight.database(tmp_path / "empty.sqlite3")


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "academy.sqlite3"
    path.write_text("A shopping list, long enough to be looked at. " * 40)
    with pytest.raises(Refusal, match="cannot be read as a database"):
        preflight.database(path)
    assert path.read_text().startswith("A shopping list")


def test_the_database_of_another_program_is_refused(tmp_path):
    path = tmp_path / "academy.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (id INTEGER)")
    with pytest.raises(Refusal, match="of another program"):
        preflight.database(path)
