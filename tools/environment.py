"""Makes a folder of locked packages: `python tools/environment.py run|dev`.

Uses the standard library alone. A folder that was begun and not finished is made anew; one whose
lock has not changed is left as it is.
"""

import fcntl
import hashlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
FOLDERS = {"run": ".venv", "dev": ".venv-dev"}
NEEDED = {"run": 900, "dev": 1500}  # megabytes


def main(kind: str) -> int:
    """Two at once would take each other's files away: the second waits for the first."""
    with (BASE / "requirements" / f"{kind}.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _up_to_date(kind)


def _up_to_date(kind: str) -> int:
    folder = BASE / FOLDERS[kind]
    lock = BASE / "requirements" / f"{kind}.txt"
    stamp = folder / f".installed-{kind}"
    begun = folder / ".begun"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _works(folder) and not begun.exists() and stamp.exists() and stamp.read_text() == digest:
        return 0
    free = shutil.disk_usage(BASE).free // 1024**2
    if free < NEEDED[kind]:
        print(
            f"The disk that holds {BASE} has {free} MB free; {NEEDED[kind]} MB are needed for the "
            "packages. Free some space and start again."
        )
        return 1
    if begun.exists() or not _works(folder):
        shutil.rmtree(folder, ignore_errors=True)
    return _install(folder, lock, begun, lambda: stamp.write_text(digest))


def _works(folder: Path) -> bool:
    python = folder / "bin/python"
    if not python.exists():
        return False
    probe = [python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _install(folder: Path, lock: Path, begun: Path, finish) -> int:
    print(
        f"Installing the packages of {lock.relative_to(BASE)}. This takes a minute or two.",
        flush=True,
    )
    start = time.monotonic()
    folder.mkdir(exist_ok=True)
    begun.touch()
    if not _works(folder):
        made = _quietly([sys.executable, "-m", "venv", folder])
        if made:
            print(
                "Python cannot make a folder for packages. On Debian and Ubuntu, install the "
                "missing part first: apt-get install python3-venv"
            )
            return 1
    pip = [folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    options = ["--require-hashes", "--no-deps", "--progress-bar", "off", "-q"]
    if _quietly([*pip, "install", *options, "-r", lock]):
        print(
            "The packages could not be installed; the lines above say why. Without a way to the "
            "package index, check the network and start again."
        )
        return 1
    begun.unlink()
    finish()
    print(f"Installed in {time.monotonic() - start:.0f} seconds.", flush=True)
    return 0


def _quietly(command: list) -> int:
    """Says nothing when it works, and what the program said when it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print((done.stdout + done.stderr)[-3000:])
    return done.returncode


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        print("\nStopped. The next start begins the installation anew.")
        sys.exit(130)
    except OSError as error:
        print(f"The packages could not be installed: {error}")
        sys.exit(1)
