"""What holds of every container this site is shipped in: the Dockerfile, compose.yaml, Kubernetes.
Each check returns its faults, one line each; `make lint` prints them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

COMPOSE = "compose.yaml"
KUBERNETES = "deploy/kubernetes"
# A version of at least two numbers, or one with the distribution it stands on.
PINNED = re.compile(
    r"[^:@\s]+(:[0-9]+)?(/[^:@\s]+)*:v?[0-9]+\.[0-9]+[\w.-]*(@sha256:[0-9a-f]{64})?"
)
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}")
# Root without capabilities: what it writes to belongs to root in its image.
AS_ROOT = {"proxy": {"NET_BIND_SERVICE"}}
ROOTS = {"", "0", "root", "0:0"}
SHORT = {"migrate", "bucket", "operations"}


def faults(base: Path) -> list[str]:
    compose = yaml.safe_load((base / COMPOSE).read_text(encoding="utf-8"))
    return [
        *of_dockerfile((base / "Dockerfile").read_text(encoding="utf-8")),
        *of_compose(compose),
        *of_kubernetes(manifests(base)),
    ]


def manifests(base: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted((base / KUBERNETES).glob("*.yaml")):
        if path.name != "kustomization.yaml":
            found += [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]
    return found


def filled(text: str, given: dict[str, str]) -> str:
    """A value of compose.yaml as Docker reads it; images are looked at with nothing given."""
    return VARIABLE.sub(lambda found: given.get(found[1]) or found[2] or "", text)


# --- Dockerfile -------------------------------------------------------------------------------


def of_dockerfile(text: str) -> Iterator[str]:
    stages: dict[str, str] = {}
    for stage in re.split(r"^(?=FROM )", text, flags=re.M)[1:]:
        _from, image, *rest = stage.splitlines()[0].split()
        if image not in stages and not PINNED.fullmatch(image):
            yield f"Dockerfile: {image} is not pinned"
        stages[rest[-1] if rest else "last"] = stage
    last = list(stages.values())[-1]
    users = re.findall(r"^USER (\S+)", last, flags=re.M)
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        yield "Dockerfile: the last stage needs a user by number who is not root"
    if "HEALTHCHECK" not in last:
        yield "Dockerfile: the last stage has no HEALTHCHECK"
    if "--require-hashes" not in text:
        yield "Dockerfile: packages are installed without their hashes"
    if re.search(r"--(?:extra-)?index-url|--trusted-host|https?://", text):
        yield "Dockerfile: names where packages come from"
    for name in re.findall(r"^(?:ARG|ENV) .*?(\w*(?:SECRET|PASSWORD|TOKEN)\w*)", text, flags=re.M):
        yield f"Dockerfile: {name} would stay in a layer"


# --- compose.yaml -----------------------------------------------------------------------------


def of_compose(compose: dict[str, Any]) -> Iterator[str]:
    for name, service in compose["services"].items():
        for fault in _of_service(name, service):
            yield f"{COMPOSE}: {name}: {fault}"


def _of_service(name: str, service: dict[str, Any]) -> Iterator[str]:
    if not PINNED.fullmatch(filled(service["image"], {})):
        yield f"the image {service['image']} is not pinned"
    if str(service.get("user", "")) in ROOTS and name not in AS_ROOT:
        yield "runs as root"
    if service.get("read_only") is not True:
        yield "can write to its image"
    if service.get("cap_drop") != ["ALL"] or set(service.get("cap_add", [])) - AS_ROOT.get(
        name, set()
    ):
        yield "keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if not service.get("mem_limit"):
        yield "has no limit of memory"
    if "privileged" in service or service.get("network_mode"):
        yield "is not kept apart from the machine"
    if name in SHORT:
        if service.get("restart") != "no":
            yield "ends by itself and must not be started again"
    elif service.get("restart") != "unless-stopped" or not _is_watched(service):
        yield "must be watched and started again"


def _is_watched(service: dict[str, Any]) -> bool:
    """The image of the site brings a check of its own, for the web server."""
    return "healthcheck" in service or ("build" in service and "command" not in service)


# --- Kubernetes -------------------------------------------------------------------------------


def of_kubernetes(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        name = f"{one['kind']} {one['metadata']['name']}"
        if one["kind"] in {"Deployment", "Job", "CronJob", "StatefulSet", "DaemonSet"}:
            for fault in _of_pod(one["kind"], one["spec"]["template"]["spec"]):
                yield f"{KUBERNETES}: {name}: {fault}"
        if one["kind"] == "Secret":
            values = {**one.get("data", {}), **one.get("stringData", {})}
            for key in (key for key, value in values.items() if value):
                yield f"{KUBERNETES}: {name}: {key} has a value"


def _of_pod(kind: str, pod: dict[str, Any]) -> Iterator[str]:
    rights = pod.get("securityContext", {})
    if rights.get("runAsNonRoot") is not True or not rights.get("runAsUser"):
        yield "may run as root"
    if rights.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "holds a token of the cluster"
    for container in (*pod.get("initContainers", []), *pod["containers"]):
        yield from _of_container(kind, container)


def _of_container(kind: str, container: dict[str, Any]) -> Iterator[str]:
    rights = container.get("securityContext", {})
    if not PINNED.fullmatch(container["image"]):
        yield f"the image {container['image']} is not pinned"
    if rights.get("readOnlyRootFilesystem") is not True:
        yield "can write to its image"
    if rights.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if rights.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "keeps capabilities"
    resources = container.get("resources", {})
    if not resources.get("limits", {}).get("memory") or not resources.get("requests"):
        yield "has no limits"
    if kind == "Deployment" and "livenessProbe" not in container:
        yield "is not watched"
