"""Every check that needs no test. Runs them all and says at the end which failed."""

import os
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE))

from tools import checks, shipping  # noqa: E402
from tools.sample import PRODUCTION  # noqa: E402

PLACES = {
    "development": {"DJANGO_SETTINGS_MODULE": "academy.settings.development"},
    "production": {
        "DJANGO_SETTINGS_MODULE": "academy.settings.production",
        **PRODUCTION,
    },
}


def decisions() -> list[str]:
    """The rooms where types are checked."""
    found = []
    for app in sorted(path.parent for path in BASE.glob("*/__init__.py")):
        for room in ("rules", "actions", "permissions", "matching"):
            found += [*app.glob(f"{room}.py"), *app.glob(f"{room}/*.py")]
    return [str(path.relative_to(BASE)) for path in found]


def steps() -> dict[str, tuple[list[str], str]]:
    python = sys.executable
    manage = [python, "manage.py"]
    tool = [python, "-m"]
    folder = Path(python).parent
    return {
        "format": ([*tool, "ruff", "format", "--check", "."], "development"),
        "style": ([*tool, "ruff", "check", "."], "development"),
        "layers": (
            [str(folder / "lint-imports"), "--cache-dir", "var/importlinter"],
            "development",
        ),
        "types": ([*tool, "mypy", *decisions()], "development"),
        "templates": ([*tool, "djlint", "--lint", "--quiet", "templates"], "development"),
        "migrations": ([*manage, "makemigrations", "--check", "--dry-run"], "development"),
        "two steps": ([*tool, "tools.two_steps"], "development"),
        "settings": (
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            "production",
        ),
        "translations": ([*manage, "translations", "check"], "development"),
        "Dockerfile": ([str(folder / "hadolint"), "Dockerfile"], "development"),
        "compose": (
            [*tool, "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
            "development",
        ),
        "Kubernetes": (
            [str(folder / "kubernetes-validate"), "--strict", "--quiet", *manifests()],
            "development",
        ),
    }


def manifests() -> list[str]:
    """Kustomize's own file is none of Kubernetes'."""
    found = sorted((BASE / shipping.KUBERNETES).glob("*.yaml"))
    return [str(path) for path in found if path.name != "kustomization.yaml"]


def main() -> int:
    failed = []
    for name, (command, place) in steps().items():
        if not Path(command[0]).exists():
            # hadolint comes as a package for Linux on x86-64 alone.
            print(f"{name:<14}left out: {Path(command[0]).name} is not there for this machine")
            continue
        done = subprocess.run(
            command,
            cwd=BASE,
            env=os.environ | PLACES[place],
            capture_output=True,
            text=True,
            check=False,
        )
        _tell(name, done.returncode == 0)
        if done.returncode:
            print(done.stdout[-6000:] + done.stderr[-6000:])
            failed.append(name)
    own = [*checks.faults(BASE), *shipping.faults(BASE)]
    _tell("our own", not own)
    if own:
        print(*own, sep="\n")
        failed.append("our own")
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def _tell(name: str, good: bool) -> None:
    print(f"{name:<14}{'ok' if good else 'FAILED'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
