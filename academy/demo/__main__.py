"""What `make run` starts: checks, prepares, serves, and stops cleanly."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import yaml

from academy.demo import preflight, steps
from academy.demo.preflight import Refusal
from academy.demo.supervisor import Supervisor


def main() -> int:
    var = Path(os.environ.get("ACADEMY_VAR") or steps.BASE / "var").absolute()
    host = os.environ.get("HOST") or "127.0.0.1"
    try:
        port = preflight.port(os.environ.get("PORT") or "8000")
        with _checked(var, host, port):
            return _run(var, host, port)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _checked(var: Path, host: str, port: int) -> IO[str]:
    database = var / "academy.sqlite3"
    preflight.writable(var)
    lock = preflight.alone(var, f"http://localhost:{port}")
    preflight.port_free(host, port)
    known = database.exists()
    preflight.space(var, preflight.NEEDED_LATER if known else preflight.NEEDED_FOR_FIRST_RUN)
    preflight.database(database)
    return lock


def _run(var: Path, host: str, port: int) -> int:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "academy.settings.demo",
        "ACADEMY_VAR": str(var),
        "HOST": host,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    supervisor = Supervisor([], environment, steps.BASE)
    supervisor.listen()
    try:
        _prepare(supervisor, var)
        obituary = _serve(supervisor, var, host, port)
    finally:
        supervisor.stop()
    if obituary:
        raise Refusal(f"{obituary}. The rest was stopped as well; start again with make run.")
    print("\nStopped. Everything is kept; start again with make run.")
    return 0


def _prepare(supervisor: Supervisor, var: Path) -> None:
    failed = supervisor.run_steps(steps.preparations(var))
    if failed and not failed.speaks:
        raise Refusal(f"{failed.obituary()}. Nothing was lost.")
    if failed:  # it has said why
        raise SystemExit(1)
    if not supervisor.stop_signals:
        steps.static_stamp(var).write_text(steps.static_digest())


def _serve(supervisor: Supervisor, var: Path, host: str, port: int) -> str | None:
    if supervisor.stop_signals:
        return None
    supervisor.start(steps.programs(var, host, port))
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    if supervisor.wait_for_answer(reached, port):
        print(_greeting(supervisor.environment, port), flush=True)
    return supervisor.watch()


def _greeting(environment: Mapping[str, str], port: int) -> str:
    os.environ.update(environment)
    from academy.settings import demo

    address = f"http://localhost:{port}"
    lines = [
        "",
        f"Urban Academy is ready:   {address}/",
        f"Mails it sends:           {address}/demo/mail/",
        f"The editor's desk:        {address}/admin/",
        "",
    ]
    if accounts := _accounts():
        lines += [f"Accounts, all with the password {demo.DEMO_PASSWORD}", *accounts, ""]
    return "\n".join([*lines, "Stop with Ctrl-C."])


def _accounts() -> list[str]:
    path = steps.BASE / "demo/accounts.yaml"
    if not path.exists():
        return []
    accounts = yaml.safe_load(path.read_text(encoding="utf-8"))
    width = max(len(account["email"]) for account in accounts)
    return [f"  {account['email']:<{width}}  {account['role']}" for account in accounts]


if __name__ == "__main__":
    sys.exit(main())
