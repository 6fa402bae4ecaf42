"""Reads a scenario from YAML. Dates stay texts and numbers keep every digit, as in the JSON of a citizen's browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from engine.errors import Invalid, Place
from onewindow.scenarios.model import (
    Advance,
    Apply,
    Complete,
    Expect,
    PartnerMood,
    PartnerScript,
    Pay,
    Person,
    Scenario,
    SendMessage,
    Step,
    Withdraw,
)

MAX_BYTES: Final = 500_000
PARTNERS_FILE: Final = "partners.yaml"
"""Answers that hold in every scenario of a folder, unless it says otherwise."""

PAID_AS: Final = ("paid", "failed", "cancelled")
"""How a person may leave the provider's page."""


class ScenarioInvalid(Invalid):
    """A scenario cannot be read; `places` say where."""

    code = "scenario-invalid"


class _Loader(yaml.SafeLoader):
    """YAML with JSON's values: no dates, no yes and no, decimals for fractions; aliases and repeated names refused."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 (an attribute of yaml)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value]
        if len(set(names)) != len(names):
            raise yaml.YAMLError(f"a name stands twice in the map at line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(tag, re.compile(pattern), list(first))


_resolve("tag:yaml.org,2002:bool", "^(?:true|false)$", "tf")
_resolve("tag:yaml.org,2002:null", "^(?:~|null|)$", "~n\0")
_resolve("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789")
_resolve("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789")
_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))


def read_scenario(path: Path, shared: tuple[PartnerScript, ...] = ()) -> Scenario:
    """The scenario in a file. Raises ScenarioInvalid."""
    said, lines = _load(path)
    reading = _Reading(path.name)
    scenario = reading.scenario(said, shared, lines)
    reading.finish()
    return scenario


def read_partners(folder: Path) -> tuple[PartnerScript, ...]:
    """The answers of `partners.yaml` in a folder of scenarios; none when there is no such file."""
    path = folder / PARTNERS_FILE
    if not path.exists():
        return ()
    said, _ = _load(path)
    reading = _Reading(path.name)
    scripts = reading.partners(said)
    reading.finish()
    return scripts


def _load(path: Path) -> tuple[Any, tuple[int, ...]]:
    """The values of a file, and the lines of its steps."""
    content = path.read_bytes()
    if len(content) > MAX_BYTES:
        raise ScenarioInvalid(f"{path.name}: expected at most {MAX_BYTES:,} bytes, found {len(content):,}.")
    try:
        loader = _Loader(content.decode("utf-8"))
        try:
            node = loader.get_single_node()
            said = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        reason = " ".join(str(fault).split())[:300]
        raise ScenarioInvalid(f"{path.name} is no plain YAML: {reason}", remedy="Mend the line named.") from fault
    return said, _lines_of_steps(node)


def _lines_of_steps(node: Any) -> tuple[int, ...]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "steps" and isinstance(value, yaml.SequenceNode):
                return tuple(item.start_mark.line + 1 for item in value.value)
    return ()


class _Reading:
    """Turns plain values into a scenario and keeps what is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._faults: list[Place] = []

    def finish(self) -> None:
        """Raises ScenarioInvalid when anything was wrong."""
        if self._faults:
            told = "; ".join(f"{place.path or '/'}: {place.message}" for place in self._faults[:5])
            raise ScenarioInvalid(
                f"{self._file} is no scenario: {told}",
                places=self._faults,
                remedy="See docs/analyst/scenarios.md for what a step may say.",
            )

    def scenario(self, said: Any, shared: tuple[PartnerScript, ...], lines: tuple[int, ...]) -> Scenario:
        """The whole file."""
        top = self._known(said, "", {"title", "at", "applicant", "partners", "steps"})
        person = self._known(top.get("applicant", {}), "/applicant", {"name", "pin"})
        steps = [
            step
            for number, each in enumerate(self._list(top.get("steps"), "/steps"))
            if (step := self._step(each, f"/steps/{number}")) is not None
        ]
        return Scenario(
            file=self._file,
            title=self._text(top, "title", ""),
            at=self._moment(top.get("at"), "/at"),
            applicant=Person(name=str(person.get("name", "Applicant")), pin=person.get("pin")),
            partners=shared + self.partners(top.get("partners", [])),
            steps=tuple(steps),
            lines=lines,
        )

    def partners(self, said: Any) -> tuple[PartnerScript, ...]:
        """A list of answers."""
        return tuple(
            self._partner(each, f"/partners/{number}") for number, each in enumerate(self._list(said, "/partners"))
        )

    def _step(self, said: Any, at: str) -> Step | None:
        if not isinstance(said, Mapping) or not said:
            self._fault(at, "expected a step such as `- apply: {...}`")
            return None
        kind = next(iter(said))
        if kind not in _STEPS:
            self._fault(at, f"expected one of {', '.join(_STEPS)} first, found {kind!s:.40}")
            return None
        return _STEPS[kind](self, said, at)

    def _apply(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"apply", "refused"})
        return Apply(answers=self._map(said["apply"], at), refused=self._optional_map(said, "refused", at))

    def _complete(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"complete", "by", "answers", "refused"})
        return Complete(
            task=self._text(said, "complete", at),
            answers=self._map(said.get("answers", {}), f"{at}/answers"),
            by=said.get("by"),
            refused=self._optional_map(said, "refused", at),
        )

    def _advance(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"advance"})
        return Advance(length=self._text(said, "advance", at))

    def _until(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"until"})
        return Advance(until=self._moment(said["until"], at))

    def _message(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"message", "key", "variables"})
        return SendMessage(
            name=self._text(said, "message", at),
            key=said.get("key"),
            variables=self._map(said.get("variables", {}), f"{at}/variables"),
        )

    def _pay(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"pay"})
        if said["pay"] not in PAID_AS:
            self._fault(at, f"expected one of {', '.join(PAID_AS)}, found {said['pay']!r:.40}")
        return Pay(outcome=str(said["pay"]))

    def _withdraw(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"withdraw"})
        return Withdraw()

    def _partner_step(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"partner"})
        return self._partner(said["partner"], f"{at}/partner")

    def _partner(self, said: Any, at: str) -> PartnerScript:
        names = {"connector", "register", "operation", "answer", "down", "no_record", "refuses", "times"}
        found = self._known(said, at, names)
        moods = {"down": PartnerMood.down, "no_record": PartnerMood.no_record, "refuses": PartnerMood.refuses}
        chosen = [mood for name, mood in moods.items() if found.get(name) is True]
        if len(chosen) + ("answer" in found) != 1:
            self._fault(at, "expected one of `answer: ...`, `down: true`, `no_record: true`, `refuses: true`")
        return PartnerScript(
            connector=str(found.get("connector", "register")),
            register=found.get("register"),
            operation=found.get("operation"),
            mood=chosen[0] if chosen else PartnerMood.answers,
            answer=found.get("answer"),
            times=found.get("times"),
        )

    def _expect(self, said: Mapping[str, Any], at: str) -> Step:
        self._known(said, at, {"expect"})
        names = {field.name for field in fields(Expect)}
        found = dict(self._known(said["expect"], f"{at}/expect", names))
        for name in ("tasks", "reasons", "incidents", "payments", "notices", "holds"):
            if name in found:
                found[name] = tuple(str(each) for each in self._list(found[name], f"{at}/expect/{name}"))
        for name in ("queues", "evidence", "calls"):
            if name in found:
                found[name] = self._map(found[name], f"{at}/expect/{name}")
        return Expect(**found)

    # Parts.

    def _fault(self, at: str, message: str) -> None:
        self._faults.append(Place(at, message))

    def _known(self, said: Any, at: str, names: set[str]) -> Mapping[str, Any]:
        found = self._map(said, at)
        for name in found:
            if name not in names:
                self._fault(f"{at}/{name}", f"is not known here; known are {', '.join(sorted(names))}")
        return {name: value for name, value in found.items() if name in names}

    def _map(self, said: Any, at: str) -> Mapping[str, Any]:
        if isinstance(said, Mapping) and all(isinstance(name, str) for name in said):
            return said
        self._fault(at, f"expected names with values, found {said!r:.60}")
        return {}

    def _optional_map(self, said: Mapping[str, Any], name: str, at: str) -> Mapping[str, Any] | None:
        return self._map(said[name], f"{at}/{name}") if name in said else None

    def _list(self, said: Any, at: str) -> list[Any]:
        if isinstance(said, list):
            return said
        self._fault(at, f"expected a list, found {said!r:.60}")
        return []

    def _text(self, said: Mapping[str, Any], name: str, at: str) -> str:
        found = said.get(name)
        if isinstance(found, str) and found.strip():
            return found
        self._fault(f"{at}/{name}", f"expected a text, found {found!r:.60}")
        return ""

    def _moment(self, said: Any, at: str) -> datetime:
        try:
            found = datetime.fromisoformat(str(said))
        except ValueError:
            found = datetime(1, 1, 1)
        if found.tzinfo is None:
            self._fault(at, f"expected a moment such as 2026-11-02T09:00:00+04:00, found {said!r:.60}")
            return datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        return found


_STEPS: Final[Mapping[str, Callable[[_Reading, Mapping[str, Any], str], Step]]] = {
    "apply": _Reading._apply,
    "complete": _Reading._complete,
    "advance": _Reading._advance,
    "until": _Reading._until,
    "message": _Reading._message,
    "pay": _Reading._pay,
    "withdraw": _Reading._withdraw,
    "partner": _Reading._partner_step,
    "expect": _Reading._expect,
}
