"""deploy/ holds together: with the settings, commands, routes and figures of the product, and within itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from onewindow.cli import _COMMANDS
from onewindow.settings import PREFIX, Settings

TOP = Path(__file__).parents[3]
DEPLOY = TOP / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "secrets" not in path.parts)
YAML = [path for path in FILES if path.suffix == ".yaml"]
SECRET_PATHS = ("/run/secrets/",)


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def compose() -> dict[str, Any]:
    return documents(DEPLOY / "compose.yaml")[0]


def manifests(kind: str) -> dict[str, dict[str, Any]]:
    found = [one for path in (DEPLOY / "kubernetes").glob("*.yaml") for one in documents(path)]
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """Every pod that runs the product, by the name of what makes it."""
    made = {**manifests("Deployment"), **manifests("Job")}
    return {name: one["spec"]["template"]["spec"] for name, one in made.items()}


def environments() -> Iterator[tuple[str, Mapping[str, str]]]:
    """What each process of the product is told."""
    for name, service in compose()["services"].items():
        if service["image"].startswith("onewindow:"):
            yield f"compose {name}", service["environment"]
    shared = manifests("ConfigMap")["onewindow"]["data"]
    for name, pod in pods().items():
        own = {one["name"]: one["value"] for one in pod["containers"][0].get("env", ())}
        yield f"kubernetes {name}", {**shared, **own}


ENVIRONMENTS = dict(environments())


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_every_file_is_yaml(path: Path) -> None:
    assert documents(path)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_process_is_told_settings_that_there_are(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    said = {
        variable: str(tmp_path / "secret") if value.startswith(SECRET_PATHS) else value
        for variable, value in ENVIRONMENTS[name].items()
    }

    settings = Settings.load(said)

    assert settings.database_url.startswith("postgresql+psycopg://onewindow:a%20secret@")
    assert all(variable.startswith(PREFIX) for variable in said)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_secret_stands_in_the_clear(name: str) -> None:
    for variable, value in ENVIRONMENTS[name].items():
        assert not re.search("SECRET|PASSWORD|TOKEN", variable) or variable.endswith("_FILE"), variable
        assert not re.search(r"://[^/@]*:[^/@]*@", value), f"{variable} holds a password"
    assert not any("kind: Secret" in path.read_text(encoding="utf-8") for path in YAML)


def test_every_image_is_pinned_by_its_version() -> None:
    named = [service["image"] for service in compose()["services"].values()]
    named += [container["image"] for pod in pods().values() for container in pod["containers"]]
    docker = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    python = re.findall(r"^ARG PYTHON=(\S+)", docker, re.MULTILINE)

    assert set(re.findall(r"^FROM (\S+)", docker, re.MULTILINE)) == {"python:${PYTHON}"}
    for image in (*named, *(f"python:{tag}" for tag in python)):
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)+(-[a-z-]+)?", image), image


def test_the_image_is_of_this_version_everywhere() -> None:
    version = re.search(r'^version = "(.+)"', (TOP / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    told = [text for path in FILES for text in re.findall(r"onewindow:(\d\S*)", path.read_text(encoding="utf-8"))]
    kustomization = documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]

    assert set(told) == {version[1]}
    assert kustomization["images"] == [{"name": "onewindow", "newTag": version[1]}]
    assert list(manifests("Job")) == [f"onewindow-migrate-{version[1]}"]


def test_the_manifests_are_all_applied() -> None:
    folder = DEPLOY / "kubernetes"
    listed = documents(folder / "kustomization.yaml")[0]["resources"]

    assert sorted(listed) == sorted(path.name for path in folder.glob("*.yaml") if path.stem != "kustomization")


def test_every_command_is_one_of_the_command_line() -> None:
    services = [one for one in compose()["services"].values() if one["image"].startswith("onewindow:")]
    asked = [one["command"][0] for one in services]
    asked += [one["healthcheck"]["test"][2] for one in services if "healthcheck" in one]
    asked += [pod["containers"][0]["args"][0] for pod in pods().values()]
    docker = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    asked += re.findall(r'^CMD \["(\w+)"', docker, re.MULTILINE)
    asked += re.findall(r'^HEALTHCHECK .*CMD \["onewindow", "(\w+)"', docker, re.MULTILINE)

    assert {"serve", "worker", "migrate", "health"} == set(asked) <= set(_COMMANDS)


def test_probes_ask_where_the_product_answers() -> None:
    answered = (TOP / "api" / "health.py").read_text() + (TOP / "onewindow" / "worker_health.py").read_text()
    for name, pod in pods().items():
        container = pod["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if name.startswith("onewindow-migrate"):
                continue
            asked = container[probe]["httpGet"]
            assert asked["path"] == ("/health/ready" if probe == "readinessProbe" else "/health/live")
            assert answered.count(f'"{asked["path"]}"') == 2
            said = ENVIRONMENTS[f"kubernetes {name}"]
            assert str(ports[asked["port"]]) in (said.get("ONEWINDOW_PORT"), said.get("ONEWINDOW_WORKER_PORT"))


def test_nodes_are_given_the_time_that_they_give_requests_and_jobs() -> None:
    for name, service in compose()["services"].items():
        if "stop_grace_period" in service and service["image"].startswith("onewindow:"):
            grace = int(service["stop_grace_period"].removesuffix("s"))
            assert grace >= 2 * int(service["environment"]["ONEWINDOW_STOP_SECONDS"]) + 5, name
    for name, pod in pods().items():
        if "terminationGracePeriodSeconds" in pod:
            stop = int(ENVIRONMENTS[f"kubernetes {name}"]["ONEWINDOW_STOP_SECONDS"])
            wait = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [0])
            assert pod["terminationGracePeriodSeconds"] >= 2 * stop + int(wait[-1]) + 5, name
    assert all("terminationGracePeriodSeconds" in pod for name, pod in pods().items() if "migrate" not in name)


def test_pods_are_restricted_and_their_root_is_read_only() -> None:
    for name, pod in pods().items():
        security, container = pod["securityContext"], pod["containers"][0]
        assert (security["runAsNonRoot"], security["seccompProfile"]) == (True, {"type": "RuntimeDefault"}), name
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"], name
        assert pod["automountServiceAccountToken"] is False, name
        # Variables of services of the cluster, ONEWINDOW_WEB_PORT among them, would be unknown settings.
        assert pod["enableServiceLinks"] is False, name


def test_nobody_is_forgotten_when_a_node_is_emptied_or_the_load_grows() -> None:
    deployments = manifests("Deployment")

    assert set(deployments) == set(manifests("PodDisruptionBudget")) == set(manifests("HorizontalPodAutoscaler"))
    for name, one in deployments.items():
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert one["spec"]["selector"]["matchLabels"] == labels
        assert manifests("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == labels
        assert manifests("HorizontalPodAutoscaler")[name]["spec"]["minReplicas"] >= 2
    assert manifests("Service")["onewindow-web"]["spec"]["selector"] == {"app": "onewindow", "part": "web"}


def test_the_database_has_room_for_the_connections_of_all_nodes() -> None:
    services = compose()["services"]
    most = int(next(one for one in services["database"]["command"] if "max_connections" in one).rpartition("=")[2])
    nodes = {name: Settings.load(_without_files(one)) for name, one in services.items() if name[:3] in ("web", "wor")}
    wanted = 0
    for name, settings in nodes.items():
        # Two pools, for writing and for reading, of `threads + 4` each and 4 beyond; a worker listens besides.
        pools = 2 * (settings.threads + 4 + 4)
        wanted += pools * settings.web_processes if name.startswith("web") else pools + 1

    assert len(nodes) == 4
    assert wanted + 20 <= most


def test_the_proxy_knows_the_nodes_and_takes_what_they_take() -> None:
    proxy = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    nodes = {name for name in compose()["services"] if name.startswith("web")}
    most = re.search(r"client_max_body_size (\d+)m", proxy)
    limits = Settings()

    assert set(re.findall(r"server (web-\d):8080", proxy)) == nodes
    assert most
    assert int(most[1]) * 1_000_000 > max(limits.files.attachment_bytes, limits.limits.upload_bytes)
    assert f"proxy-body-size: {most[1]}m" in (DEPLOY / "kubernetes" / "ingress.yaml").read_text(encoding="utf-8")
    assert "location /metrics" in proxy


def test_every_figure_of_the_alerts_is_shown_by_the_product() -> None:
    rules = [rule for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in re.findall(r"\bonewindow_\w+", rule["expr"])}
    sources = (TOP / "door" / "telemetry.py").read_text() + (TOP / "onewindow" / "engine_state.py").read_text()
    shown = set(re.findall(r'"(onewindow_\w+)"', sources))
    known = shown | {f"{name}{end}" for name in shown for end in ("_total", "_count", "_bucket", "_sum")}

    assert asked
    assert asked <= known
    assert all({"summary", "remedy"} == set(rule["annotations"]) and rule["for"] for rule in rules)


def _without_files(service: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in service["environment"].items() if not name.endswith("_FILE")}
