"""A city that issues documents: `issuing(url, folder)` gives its API, with a service whose process issues one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.jobs.hands import Hands
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.a_seal import a_seal
from tests.builders.an_api import Api, an_api

TEMPLATE = """{% extends "layout.html" %}
{% block title %}{{ {"az": "Qərar", "en": "Decision", "ru": "Решение"}[language] }}{% endblock %}
{% block content %}<h2>{{ words.reasons }}</h2>
<ul>{% for reason in data.decision.reasons %}<li>{{ reason.text }}</li>{% endfor %}</ul>
<p>{{ data.decision.text }}</p>{% endblock %}"""
DECISION = (
    '={outcome: "granted", reasons: [{text: "Ərizə qaydasındadır <və> tamdır."}], text: "Şərtlər yoxdur: Ёжик, Щука."}'
)


@dataclass
class Issuing:
    """An API with a service that issues a document at once, and its worker."""

    api: Api

    def issue(self) -> str:
        """Apply and let the worker work; gives the application's id."""
        applied = self.api.post("/applications", "citizen", {"service": "permit", "answers": {}})
        assert applied.status_code == 201, applied.text
        self.work()
        return str(applied.json["id"])

    def work(self) -> None:
        """Carry out what is due."""
        composed = self.api.composed
        hands = Hands(runtime=composed.runtime, registry=composed.registry, owner="worker-1")
        while jobs := hands.take(10, timedelta(minutes=1)):
            for job in jobs:
                hands.carry_out(job)

    def document(self, application: str) -> dict[str, Any]:
        """The one document that tracking shows."""
        (found,) = self.api.get(f"/applications/{application}", "citizen").json["documents"]
        return dict(found)

    def pdf(self, application: str) -> bytes:
        """Its content."""
        with self.api.get(f"/documents/{self.document(application)['id']}/content", "citizen") as read:
            assert read.status_code == 200
            return read.data

    def incidents(self) -> list[dict[str, Any]]:
        """The open incidents."""
        return list(self.api.get("/incidents", "operator").json["items"])


def files(
    template: str = TEMPLATE, language: str | None = None, inputs: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """A service whose process decides and issues the decision."""
    headers = {"template": "decision", "resultVariable": "issued", "retryBackoff": "PT0S"}
    process = (
        a_process("permit")
        .start()
        .service_task(
            "issue",
            "document",
            headers=headers | ({"language": language} if language else {}),
            inputs=inputs or {"decision": DECISION},
        )
        .user_task("hand-over", queue="city:clerk")
        .end(properties={"outcome": "granted"})
    )
    return {"permit.bpmn": process.xml(), "service.yaml": a_passport(), "decision.html": template.encode()}


def issuing(
    url: str,
    folder: Path,
    template: str = TEMPLATE,
    language: str | None = None,
    inputs: Mapping[str, str] | None = None,
    **settings: str,
) -> Issuing:
    """The API with the service deployed."""
    said = {"ONEWINDOW_FILES": str(folder / "files"), "ONEWINDOW_PUBLIC_URL": "https://services.example.gov"}
    api = an_api(url, **{**said, **(settings or a_seal(folder))})
    api.deploy_files(files(template, language, inputs))
    return Issuing(api)
