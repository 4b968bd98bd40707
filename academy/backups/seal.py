"""A backup as one encrypted file, by age or GnuPG, for a key whose secret half lies elsewhere."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from academy.backups import Trouble

# Whose key it is was decided by whoever named it.
GPG = ["gpg", "--batch", "--yes", "--quiet", "--trust-model", "always"]


def seal(folder: Path, recipient: str) -> Path:
    """Encrypts the folder and takes the readable one away. `age1…` is a key of age's, anything else
    one that GnuPG knows."""
    ending = "age" if recipient.startswith("age1") else "gpg"
    draft, target = (folder.with_name(f"{folder.name}.tar.{ending}{end}") for end in (".part", ""))
    command = {
        "age": ["age", "--encrypt", "--recipient", recipient],
        "gpg": [*GPG, "--encrypt", "--recipient", recipient],
    }[ending]
    with draft.open("wb") as file, _running(command, stdin=subprocess.PIPE, stdout=file) as program:
        try:
            with tarfile.open(fileobj=program.stdin, mode="w|") as archive:
                archive.add(folder, arcname=folder.name)
            program.stdin.close()
        except BrokenPipeError:  # it has said why
            pass
        _check(program, draft)
    draft.rename(target)
    shutil.rmtree(folder)
    return target


def opened(file: Path, into: Path, identity: Path | None) -> Path:
    """The folder that was sealed."""
    key = ["--identity", str(identity)] if identity else []
    command = {
        ".age": ["age", "--decrypt", *key, str(file)],
        ".gpg": [*GPG, "--decrypt", str(file)],
    }.get(file.suffix)
    if command is None:
        raise Trouble(f"{file} is neither a folder nor a file that ends in .age or .gpg.")
    with _running(command, stdout=subprocess.PIPE) as program:
        try:
            with tarfile.open(fileobj=program.stdout, mode="r|") as archive:
                archive.extractall(into, filter="data")
        except tarfile.TarError:  # cut off, or no key: the program's word is the clearer one
            program.stdout.read()
            _check(program)
            raise Trouble(f"{file} is damaged.") from None
        program.stdout.read()
        _check(program)
    return next(path for path in into.iterdir() if path.is_dir())


def _running(command: list[str], **streams: object) -> subprocess.Popen:
    if shutil.which(command[0]) is None:
        raise Trouble(f"{command[0]} is not installed, and the backup is encrypted by it.")
    return subprocess.Popen(command, stderr=subprocess.PIPE, **streams)  # noqa: S603


def _check(program: subprocess.Popen, draft: Path | None = None) -> None:
    said = program.stderr.read().decode(errors="replace").strip()
    if program.wait():
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise Trouble(f"{program.args[0]} failed: {said}")
