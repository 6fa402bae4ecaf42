"""The survey of a folder: a verdict on each file, and no file that could stop it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.bpmn.conformance import Outcome, survey
from engine.bpmn.model import Definitions
from engine.diagnostics import Diagnostic
from engine.safe_xml import XmlLimits
from tests.builders.a_model import a_process


def sound() -> bytes:
    return a_process("p").start().end().xml()


def test_each_file_has_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "sound.bpmn").write_bytes(sound())
    (tmp_path / "broken.bpmn20.xml").write_bytes(b"<definitions")
    (tmp_path / "wrong.xml").write_bytes(a_process("p").start().service_task("s", None).end().xml())
    (tmp_path / "notes.txt").write_text("not looked at")

    verdicts = {verdict.file: verdict for verdict in survey(tmp_path)}

    assert {file: verdict.outcome for file, verdict in verdicts.items()} == {
        "broken.bpmn20.xml": Outcome.refused,
        "inner/sound.bpmn": Outcome.executable,
        "wrong.xml": Outcome.refused,
    }
    assert all(verdict.lossless for verdict in verdicts.values())
    assert not verdicts["broken.bpmn20.xml"].read
    assert verdicts["wrong.xml"].read
    assert "no-task-definition" in [found.rule for found in verdicts["wrong.xml"].diagnostics]
    assert verdicts["inner/sound.bpmn"].executable_processes == 1


def test_what_the_kernel_refuses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_bytes(sound())

    def refuse(definitions: Definitions) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
        return {}, (Diagnostic("unsupported", "Not this one.", element_id="p"),)

    (verdict,) = survey(tmp_path, refuse)

    assert verdict.outcome is Outcome.refused
    assert "unsupported" in [found.rule for found in verdict.diagnostics]


def test_a_fault_of_ours_is_a_verdict_and_not_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_bytes(sound())

    def fail(definitions: Definitions) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
        raise RecursionError("too deep")

    (verdict,) = survey(tmp_path, fail)

    assert verdict.outcome is Outcome.failed
    assert [found.rule for found in verdict.diagnostics] == ["internal-error"]


def test_a_file_beyond_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_bytes(sound())

    (verdict,) = survey(tmp_path, limits=XmlLimits(bytes=100))

    assert [found.rule for found in verdict.diagnostics] == ["file-too-large"]


def test_a_verdict_is_plain_json(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_bytes(sound())

    (verdict,) = survey(tmp_path)

    assert json.loads(json.dumps(verdict.to_json()))["outcome"] == "executable"
