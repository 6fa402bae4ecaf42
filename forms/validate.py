"""Answers -> values, or every fault with its place.

The server decides: what is hidden is dropped, what is read only is not taken, what the form does not know is refused,
and conditions, limits and options in FEEL are asked here, over the case's variables and the answers. A complete answer
gives a value for every field that is shown and may be written; a field left empty becomes null. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from engine.errors import Invalid, Place
from forms.expressions import Expression, an_effort
from forms.form import Form
from forms.kinds import Fault, rules, shape
from forms.messages import message
from forms.model import Computed, DynamicList, Input
from forms.scope import Scope, Slot, put, value_at

MOST_ROWS: Final = 200
"""Rows of one dynamic list."""
MOST_PLACES: Final = 200
"""Faults told at once."""


class AnswersInvalid(Invalid):
    """Answers to a form are wrong at the places named."""

    code = "answers-invalid"


def validate(
    form: Form,
    answers: Any,
    variables: Mapping[str, Any],
    now: datetime,
    *,
    at: str = "/answers",
    language: str = "en",
    draft: bool = False,
) -> dict[str, Any]:
    """The values of a filled-in form. Raises AnswersInvalid with all places at once.

    `answers` is JSON as it came, `variables` what the task sees, `at` the JSON pointer of the answers in the request.
    A `draft` may be incomplete: only kinds and unknown fields are checked.
    """
    check = _Check(now, language, draft)
    if not isinstance(answers, Mapping):
        check.fault(at, Fault("context-expected"))
        values: dict[str, Any] = {}
    else:
        level = check.shapes(form.scope, answers, at)
        values = check.values(level, dict(variables))
    if check.places:
        raise AnswersInvalid(
            message("to-be-corrected", language, found=len(check.places)),
            places=check.places[:MOST_PLACES],
            remedy=message("correct-and-send", language),
            form=form.id,
        )
    return values


@dataclass(slots=True)
class _Level:
    """The answers of one scope after their kinds were checked."""

    scope: Scope
    at: str
    taken: dict[int, Any] = field(default_factory=dict)
    """Values by number of slot; rows of a list are levels."""
    sent: dict[int, Any] = field(default_factory=dict)
    """What came, as it came."""
    faults: dict[int, Fault] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    """Unknown names: told when the scope turns out to be shown."""


class _Check:
    """One validation: what is known and what was found wrong."""

    def __init__(self, now: datetime, language: str, draft: bool) -> None:
        self._now, self._language, self._draft = now, language, draft
        self._effort = an_effort()
        self.places: list[Place] = []

    def fault(self, at: str, fault: Fault) -> None:
        """Keep a fault with its place."""
        self.places.append(self._place(at, fault))

    def _place(self, at: str, fault: Fault) -> Place:
        return Place(at, message(fault.message_code, self._language, **fault.facts), fault.code)

    # --- kinds -------------------------------------------------------------------------------------------------------

    def shapes(self, scope: Scope, answers: Mapping[str, Any], at: str) -> _Level:
        """Check names and kinds of one scope and of the rows in it."""
        level = _Level(scope, at)
        ahead: list[tuple[Mapping[str, Any], Mapping[str, Any], str]] = [(scope.tree, answers, at)]
        while ahead:
            tree, sent, place = ahead.pop()
            for name, answer in sent.items():
                known = tree.get(name)
                here = f"{place}/{_pointer(name)}"
                if known is None:
                    level.places.append(self._place(here, Fault("unknown-field")))
                elif isinstance(known, int):
                    level.sent[known] = answer
                    self._shape(level, known, answer, here)
                elif isinstance(answer, Mapping):
                    ahead.append((known, answer, here))
                elif answer is not None:
                    level.places.append(self._place(here, Fault("context-expected")))
        return level

    def _shape(self, level: _Level, number: int, answer: Any, here: str) -> None:
        slot = level.scope.slots[number]
        try:
            if isinstance(slot.component, DynamicList):
                level.taken[number] = self._rows(slot, answer, here)
            elif isinstance(slot.component, Input):
                level.taken[number] = shape(slot.component, answer)
        except Fault as fault:
            level.faults[number] = fault

    def _rows(self, slot: Slot, answer: Any, here: str) -> list[_Level]:
        assert slot.rows is not None
        if answer is None:
            return []
        if not isinstance(answer, list):
            raise Fault("list-expected")
        if len(answer) > MOST_ROWS:
            raise Fault("too-many-rows", limit=MOST_ROWS)
        if slot.component.fixed and len(answer) != slot.component.first_rows:
            raise Fault("row-count", limit=slot.component.first_rows)
        if not all(isinstance(row, Mapping) for row in answer):
            raise Fault("context-expected")
        rows = [self.shapes(slot.rows, row, f"{here}/{index}") for index, row in enumerate(answer)]
        return rows

    # --- rules -------------------------------------------------------------------------------------------------------

    def values(self, level: _Level, around: dict[str, Any]) -> dict[str, Any]:
        """The values of one scope that are shown, after all rules; faults are kept with their places."""
        names = dict(around)
        names.update(_plain(level))
        hidden = self._hidden(level, names, around)
        found: dict[str, Any] = {}
        self.places.extend(level.places)
        for number, slot in enumerate(level.scope.slots):
            if number in hidden:
                continue
            place = "/".join((level.at, *map(_pointer, slot.path)))
            try:
                self._slot(level, number, slot, names, around, found)
            except Fault as fault:
                self.fault(place, fault)
        return found

    def _slot(
        self,
        level: _Level,
        number: int,
        slot: Slot,
        names: dict[str, Any],
        around: Mapping[str, Any],
        found: dict[str, Any],
    ) -> None:
        component = slot.component
        if isinstance(component, Computed):
            value = component.expression.value(names, self._now, self._effort)
            self._refuse_change(level, number, value)
            names.update(_with(names, slot.path, value))
            put(found, slot.path, value)
            return
        if number in level.faults:
            raise level.faults[number]
        if isinstance(component, DynamicList):
            put(found, slot.path, self._row_values(level.taken.get(number), component, names))
            return
        if self._is(component.read_only, names):
            self._refuse_change(level, number, value_at(around, slot.path))
            return
        value = level.taken.get(number)
        if value is not None:
            if not self._draft:
                rules(component, value, lambda asked: asked.value(names, self._now, self._effort), self._now.date())
            put(found, slot.path, value)
        elif not self._draft:
            if component.required:
                raise Fault("required")
            put(found, slot.path, None)
        elif number in level.sent:
            put(found, slot.path, None)

    def _row_values(
        self, rows: list[_Level] | None, component: DynamicList, names: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if component.fixed and not self._draft and len(rows or ()) != component.first_rows:
            raise Fault("row-count", limit=component.first_rows)
        found = []
        for index, row in enumerate(rows or (), 1):
            own = _plain(row)
            found.append(self.values(row, {**names, **own, "this": own, "parent": names, "i": index}))
        return found

    def _refuse_change(self, level: _Level, number: int, known: Any) -> None:
        """A read-only field may come back as it was shown; anything else is refused."""
        sent = level.sent.get(number)
        if sent not in (None, "") and sent != known and str(sent) != str(known):
            raise Fault("read-only")

    def _hidden(self, level: _Level, names: dict[str, Any], around: Mapping[str, Any]) -> set[int]:
        """Numbers of hidden slots. A hidden answer counts as not given for the conditions of others."""
        hidden: set[int] = set()
        gated = [(number, slot) for number, slot in enumerate(level.scope.slots) if slot.gates]
        found = True
        while found:
            found = False
            for number, slot in gated:
                if number in hidden or not any(self._is(gate, names) for gate in slot.gates):
                    continue
                hidden.add(number)
                found = True
                if value_at(names, slot.path) is not None:
                    names.update(_with(names, slot.path, value_at(around, slot.path)))
        return hidden

    def _is(self, condition: bool | Expression, names: Mapping[str, Any]) -> bool:
        return condition if isinstance(condition, bool) else condition.value(names, self._now, self._effort) is True


def _plain(level: _Level) -> dict[str, Any]:
    """The values of a scope as conditions see them, hidden ones too; a field without an answer is null.

    Null must be said: a name that is not there could mean a variable of the case, or a function of FEEL (`number`).
    What is read only keeps the value it has around the form.
    """
    found: dict[str, Any] = {}
    for number, slot in enumerate(level.scope.slots):
        value = level.taken.get(number)
        if isinstance(slot.component, DynamicList):
            put(found, slot.path, [_plain(row) for row in value or ()])
        elif isinstance(slot.component, Input) and (value is not None or slot.component.read_only is False):
            put(found, slot.path, value)
    return found


def _with(names: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The first name of a path with the value under the path exchanged; contexts are copied, never changed."""
    if len(path) == 1:
        return {path[0]: value}
    inner = names.get(path[0])
    copied = dict(inner) if isinstance(inner, Mapping) else {}
    copied.update(_with(copied, path[1:], value))
    return {path[0]: copied}


def _pointer(name: str) -> str:
    """A name as a step of a JSON pointer (RFC 6901), cut to a readable length."""
    return name[:100].replace("~", "~0").replace("/", "~1")
