"""The folder of packages: made once, left alone while its lock stays, made anew when unfinished."""

import subprocess
import sys

import pytest

from tools import environment


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A clone with an empty lock: nothing is fetched from anywhere."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/run.txt").write_text("# nothing\n")
    monkeypatch.setattr(environment, "BASE", tmp_path)
    monkeypatch.setitem(environment.NEEDED, "run", 0)
    monkeypatch.setattr(environment, "_quietly", quickly)
    return tmp_path


def quickly(command):
    """A new folder borrows this Python; packages without a hash are refused, as pip does."""
    if "venv" in command:
        (command[-1] / "bin").mkdir(parents=True)
        (command[-1] / "bin/python").symlink_to(sys.executable)
        return 0
    assert "--require-hashes" in command
    return int("no-hash-here" in command[-1].read_text())


def test_it_is_made_once_and_again_when_the_lock_changes(place, capsys):
    assert environment.main("run") == 0
    assert "Installed in" in capsys.readouterr().out
    assert environment.main("run") == 0
    assert capsys.readouterr().out == ""
    (place / "requirements/run.txt").write_text("# something else\n")
    assert environment.main("run") == 0
    assert "Installed in" in capsys.readouterr().out


def test_one_that_was_begun_and_not_finished_is_made_anew(place):
    environment.main("run")
    left = place / ".venv/half-a-package"
    left.touch()
    (place / ".venv/.begun").touch()
    assert environment.main("run") == 0
    assert [left.exists(), (place / ".venv/.begun").exists()] == [False, False]


def test_packages_that_cannot_be_had_are_said_in_a_sentence_and_tried_again(place, capsys):
    lock = place / "requirements/run.txt"
    lock.write_text("no-hash-here==1\n")
    assert environment.main("run") == 1
    assert "could not be installed" in capsys.readouterr().out
    lock.write_text("# nothing\n")
    assert environment.main("run") == 0


def test_a_full_disk_is_said_before_the_installation(place, capsys, monkeypatch):
    monkeypatch.setitem(environment.NEEDED, "run", 10**9)
    assert environment.main("run") == 1
    assert "are needed for the packages" in capsys.readouterr().out
    assert not (place / ".venv").exists()


def test_an_old_python_is_refused_in_a_sentence(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    base = environment.Path(__file__).parents[2]
    done = subprocess.run(
        ["make", "run", f"PYTHON={old}"], cwd=base, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f"Python 3.11 or newer is needed; {old} is older." in done.stdout
