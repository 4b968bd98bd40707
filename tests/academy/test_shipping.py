"""The site as it is shipped: built without secrets, run without rights, given what it asks for.

No Docker engine is needed: the files are read, and the steps of the build are done in a folder."""

import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from academy import alive, bucket
from tools import shipping

BASE = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((BASE / "compose.yaml").read_text())
MANIFESTS = shipping.manifests(BASE)
PROGRAMS = ("web", "worker", "beat", "migrate", "bucket", "operations")
NEEDED = ("SECRET_KEY", "POSTGRES_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY")


def python(code: str, environment: dict) -> subprocess.CompletedProcess:
    kept = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=kept | environment, cwd=BASE, capture_output=True, text=True, check=False
    )


def example(**given: str) -> dict[str, str]:
    """.env, filled in where it must be."""
    lines = (BASE / ".env.example").read_text().splitlines()
    pairs = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    made = {name: "".join(f"{n:02x}" for n in range(7, 47)) for name in NEEDED}
    return {**pairs, **made, **given}


# --- Files ------------------------------------------------------------------------------------


def test_every_container_is_pinned_and_runs_without_rights():
    assert shipping.faults(BASE) == []


HARM = {
    "runs as root": lambda s: s.pop("user"),
    "can write to its image": lambda s: s.pop("read_only"),
    "keeps capabilities": lambda s: s.update(cap_add=["SYS_ADMIN"]),
    "may gain privileges": lambda s: s.pop("security_opt"),
    "has no limit of memory": lambda s: s.pop("mem_limit"),
    "is not kept apart from the machine": lambda s: s.update(network_mode="host"),
    "must be watched and started again": lambda s: s.pop("restart"),
    "the image redis:latest is not pinned": lambda s: s.update(image="redis:latest"),
}


@pytest.mark.parametrize("words", HARM)
def test_a_service_that_could_do_more_is_named(words):
    harmed = copy.deepcopy(COMPOSE)
    HARM[words](harmed["services"]["redis"])
    assert list(shipping.of_compose(harmed)) == [f"compose.yaml: redis: {words}"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("securityContext", "readOnlyRootFilesystem"), False, "can write to its image"),
        (("securityContext", "allowPrivilegeEscalation"), True, "may gain privileges"),
        (("securityContext", "capabilities"), {}, "keeps capabilities"),
        (("resources", "limits"), {}, "has no limits"),
        (("image",), "urban-academy", "the image urban-academy is not pinned"),
        (("livenessProbe",), None, "is not watched"),
    ],
)
def test_a_pod_that_could_do_more_is_named(path, value, words):
    (beat,) = (copy.deepcopy(one) for one in MANIFESTS if one["metadata"]["name"] == "beat")
    place = beat["spec"]["template"]["spec"]["containers"][0]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    if value is None:
        del place[path[-1]]
    assert list(shipping.of_kubernetes([beat])) == [f"deploy/kubernetes: Deployment beat: {words}"]


def test_a_secret_with_a_value_is_named():
    secret = {"kind": "Secret", "metadata": {"name": "x"}, "stringData": {"A": "", "B": "1"}}
    assert list(shipping.of_kubernetes([secret])) == ["deploy/kubernetes: Secret x: B has a value"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("python:3.13-slim-trixie", "python:latest", "python:latest is not pinned"),
        ("USER 10001:10001", "USER root", "the last stage needs a user by number who is not root"),
        ("HEALTHCHECK", "# none", "the last stage has no HEALTHCHECK"),
        ("--require-hashes ", "", "packages are installed without their hashes"),
        ("ARG VERSION", "ARG SECRET_KEY=1\nARG VERSION", "SECRET_KEY would stay in a layer"),
        ("WORKDIR /srv", "RUN pip -i https://x\nWORKDIR /srv", "names where packages come from"),
    ],
)
def test_a_dockerfile_that_trusts_too_much_is_named(old, new, words):
    text = (BASE / "Dockerfile").read_text()
    assert old in text
    found = set(shipping.of_dockerfile(text.replace(old, new)))
    assert found == {f"Dockerfile: {words}"}


def test_two_programs_stand_beside_the_web_server_and_beat_is_alone():
    found = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == "Deployment"}
    assert set(found) == {"web", "worker", "beat"}
    beat, web = found["beat"]["spec"], found["web"]["spec"]
    assert (beat["replicas"], beat["strategy"]["type"]) == (1, "Recreate")
    assert web["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    probes = web["template"]["spec"]["containers"][0]
    asked = [probes[f"{kind}Probe"]["httpGet"]["path"] for kind in ("readiness", "liveness")]
    assert asked == ["/health/ready", "/health/live"]


def test_the_programs_of_both_places_are_the_same():
    places = [
        {name: COMPOSE["services"][name].get("command") for name in ("web", "worker", "beat")},
        {
            one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0].get("command")
            for one in MANIFESTS
            if one["kind"] == "Deployment"
        },
    ]
    assert places[0] == places[1]


# --- Settings -----------------------------------------------------------------------------------

START = """
from academy.settings import production as s
print(s.DATABASES["default"]["HOST"], s.STORAGES["private"]["OPTIONS"]["bucket_name"])
print(s.STATIC_ROOT, s.VAR_DIR)
"""


def compose_environment(name: str, given: dict[str, str]) -> dict[str, str]:
    service = COMPOSE["services"][name]
    assert service["env_file"] == [{"path": ".env"}]
    own = {key: shipping.filled(str(v), given) for key, v in service["environment"].items()}
    return {**given, **own, **image_environment()}


def image_environment() -> dict[str, str]:
    text = (BASE / "Dockerfile").read_text().replace("\\\n", " ")
    (base,) = re.findall(r"AS base\n(.*?)^FROM", text, flags=re.M | re.S)
    return dict(re.findall(r"(ACADEMY_\w+|DJANGO_SETTINGS_MODULE)=(\S+)", base))


def test_nothing_that_must_be_given_has_a_value_in_the_example():
    lines = (BASE / ".env.example").read_text().splitlines()
    assert [f"{name}=" in lines for name in NEEDED] == [True] * len(NEEDED)


@pytest.mark.parametrize("name", PROGRAMS)
def test_compose_gives_each_program_what_the_settings_ask_for(name):
    done = python(START, compose_environment(name, example()))
    assert done.stdout.split() == ["database", "academy", "/srv/static", "/var/academy"], (
        done.stderr
    )


def test_kubernetes_gives_the_pods_what_the_settings_ask_for():
    values = {}
    for one in MANIFESTS:
        values |= one.get("data", {}) | one.get("stringData", {})
    asked = python(START, {"DJANGO_SETTINGS_MODULE": "academy.settings.production"}).stderr
    required = set(re.findall(r"(?:: |; )([A-Z_0-9]+) \(", asked.strip().splitlines()[-1]))
    assert required - set(values) == set()
    filled_in = {name: example()["SECRET_KEY"] for name, value in values.items() if not value}
    filled_in["DATABASE_URL"] = "postgresql://academy:x@database/academy"
    done = python(START, {**image_environment(), **values, **filled_in})
    assert done.stdout.split()[:2] == ["database", "academy"], done.stderr


def test_every_pod_reads_what_is_given():
    for one in MANIFESTS:
        if one["kind"] in {"Deployment", "Job"}:
            (container,) = one["spec"]["template"]["spec"]["containers"]
            named = [next(iter(source.values()))["name"] for source in container["envFrom"]]
            assert named == ["academy", "academy"]


# --- The build ------------------------------------------------------------------------------------


def context(target: Path) -> None:
    """What .dockerignore lets through, of what is under version control or new."""
    rules = (BASE / ".dockerignore").read_text().splitlines()
    wanted = [rule[1:] for rule in rules if rule.startswith("!")]
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted]
    listed = subprocess.run(asked, cwd=BASE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (BASE / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(BASE / name, target / name)


SERVE = """
import io, os, sys
from academy.wsgi import application
from django.conf import settings
from django.templatetags.static import static
from django.utils import translation
def get(path):
    heard = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost",
        "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "HTTP_ACCEPT_ENCODING": "gzip"}
    body = application(environ, lambda status, headers: heard.extend([status, dict(headers)]))
    b"".join(body)
    return heard[0], heard[1].get("Content-Encoding"), heard[1].get("Cache-Control", "")
print("=", "|".join(get(static("academy/css/tokens.css"))))
with translation.override("de"):
    print("=", translation.gettext("Your account is erased"))
print("=", os.access(settings.BASE_DIR, os.W_OK), os.access(settings.STATIC_ROOT, os.W_OK))
"""


@pytest.fixture
def built(tmp_path_factory):
    """A folder as the image's stage `built` leaves it, which nobody may write to."""
    place = tmp_path_factory.mktemp("image")
    source, static, var = (place / name for name in ("academy", "static", "var"))
    source.mkdir()
    context(source)
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
    environment |= {"ACADEMY_STATIC": str(static), "ACADEMY_VAR": str(var)}
    done = subprocess.run(
        [source / "deploy/build"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not var.exists()
    subprocess.run(["chmod", "-R", "a-w,a+rX", source, static], check=True)
    var.mkdir(mode=0o777)
    var.chmod(0o777)
    yield source, static, var
    subprocess.run(["chmod", "-R", "u+w", source, static], check=True)


def without_rights() -> list[str]:
    """Root writes wherever it likes, unless its capabilities are dropped, as compose.yaml does."""
    if os.getuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, as root")
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def test_the_build_needs_no_secret_and_what_it_leaves_can_be_read_only(built):
    source, static, var = built
    environment = compose_environment("web", example(SITE_HOST="localhost"))
    environment |= {"ACADEMY_VAR": str(var), "ACADEMY_STATIC": str(static)}
    environment |= {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*without_rights(), sys.executable, "-c", SERVE],
        env=environment,
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [line[2:] for line in done.stdout.splitlines() if line.startswith("= ")]
    sheet, words, writes = told  # the rest is the log
    assert sheet.startswith("200 OK|gzip|")
    assert sheet.endswith("immutable")
    assert words == "Ihr Konto ist gelöscht"
    assert writes == "False False"


def test_only_what_the_site_runs_on_goes_into_the_image(tmp_path):
    context(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert not names & {".git", "tests", "demo", "docs", "tools", "var", ".venv"}
    assert not list(tmp_path.rglob(".env*"))


# --- Small programs -----------------------------------------------------------------------------


def test_a_bucket_is_made_once(monkeypatch):
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    from storages.backends.s3 import S3Storage

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with moto.mock_aws():
        storage = S3Storage(bucket_name="academy", region_name="us-east-1")
        assert [bucket.make(storage, 0) for _ in range(2)] == ["", ""]
        names = [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]]
        assert names == ["academy"]


def test_a_store_that_never_answers_is_said(monkeypatch):
    from storages.backends.s3 import S3Storage

    storage = S3Storage(
        bucket_name="academy",
        endpoint_url="http://127.0.0.1:9",
        access_key="a",
        secret_key="b",
        region_name="x",
    )
    assert bucket.make(storage, 0) == (
        "The bucket academy could not be made: EndpointConnectionError."
    )


def test_a_site_with_folders_needs_no_bucket(capsys):
    assert bucket.main() == 0
    assert "no bucket to make" in capsys.readouterr().out


@pytest.mark.parametrize(("status", "said"), [(200, ""), (503, "The web server answers 503.")])
def test_the_web_server_is_asked_whether_it_lives(monkeypatch, status, said):
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    asked = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["X-Forwarded-Proto"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.handle_request).start()
        monkeypatch.setenv("WEB_PORT", str(server.server_port))
        assert alive.trouble("web") == said
    assert asked == [("/health/live", "https")]


def test_a_web_server_that_is_gone_is_said(monkeypatch, capsys):
    monkeypatch.setenv("WEB_PORT", "9")
    assert alive.main(["web"]) == 1
    assert "does not answer: ConnectionRefusedError" in capsys.readouterr().err
