"""Visibility of fields: a form says who may see a field; to all others its value is not there, wherever they look.

The rule stays with the data: when a form is filled in, the paths of its restricted fields are kept with the instance.
Readers are words: `applicant` (and who acts for her), `supervisor` of the case's agency, `operator`, `analyst`, a role
of the agency (`examiner`), or one queue (`traffic-police:examiner`). A value that the model copied elsewhere is found
again by being the same value; short ones, such as yes and no, are hidden by their path alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.casework.actor import Actor
from engine.casework.policy.relations import HERE, Relation, Thing
from engine.errors import Forbidden
from engine.identity import QueueName

Path: TypeAlias = tuple[str, ...]
"""Names from the variable down; `*` is every row of a list."""
ROW: Final = "*"
MASK: Final = "***"
_SHORTEST: Final = 3
"""Shorter values say too little to be told apart from others."""
_BY_RELATION: Final = {
    "applicant": (Relation.person, Relation.representative),
    "supervisor": (Relation.supervisor,),
    "operator": (Relation.operator,),
    "analyst": (Relation.analyst,),
}
READERS: Final = tuple(_BY_RELATION)
"""Words that are no roles of an agency."""


def sees(actor: Actor, readers: Collection[str], thing: Thing) -> bool:
    """Whether somebody is one of the readers, in the case that `thing` is."""
    return any(_is(actor, word, thing) for word in readers)


def _is(actor: Actor, word: str, thing: Thing) -> bool:
    relations = _BY_RELATION.get(word)
    if relations is not None:
        return any(HERE[relation](actor, thing) for relation in relations)
    if ":" in word:
        return actor.may_work_in(QueueName.parse(word))
    queues = (*actor.queues, *actor.stands_in)
    return any(queue.role == word and thing.agency in (None, queue.agency) for queue in queues)


class FieldsHidden(Forbidden):
    """A whole that cannot be given without fields that the reader may not see."""

    code = "fields-hidden"

    def __init__(self) -> None:
        super().__init__(
            "The package holds fields that are not visible to you.",
            remedy="Ask a supervisor who may see all of them; the forms say who may (ow:visible-to).",
        )


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of an instance's data one reader does not see."""

    paths: tuple[Path, ...] = ()
    texts: frozenset[str] = frozenset()
    """The values that stand there, as text."""

    @classmethod
    def of(cls, paths: Iterable[Path], variables: Mapping[str, Any]) -> Hidden:
        """At these paths, with the values of an instance's variables."""
        known = tuple(paths)
        found = {text for path in known for value in _at(variables, path) for text in _texts(value)}
        return cls(known, frozenset(found))

    def __bool__(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.paths)

    def without(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Variables without what is hidden, also where it was copied to."""
        if not self.paths:
            return dict(variables)
        left = _without(variables, self.paths)
        assert isinstance(left, dict)
        return {name: self.scrubbed(value) for name, value in left.items()}

    def scrubbed(self, value: Any) -> Any:
        """Any value without those that are hidden: a mask stands in their place."""
        if not self.texts:
            return value
        if isinstance(value, Mapping):
            return {key: self.scrubbed(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.scrubbed(one) for one in value) if type(value) in (list, tuple) else value
        if isinstance(value, str):
            return self._masked(value)
        return MASK if _text(value) in self.texts else value

    def has_field(self, pointer: str | None) -> bool:
        """Whether a field of a form, by its JSON pointer, is hidden."""
        steps = tuple(pointer.strip("/").split("/")) if pointer else ()
        return any(_leads(path, steps) or _leads(path[1:], steps) for path in self.paths)

    def is_named_in(self, text: str) -> bool:
        """Whether a text speaks of a hidden field by its name."""
        names = {next(step for step in reversed(path) if step != ROW) for path in self.paths}
        return any(name in text for name in names)

    def _masked(self, text: str) -> str:
        for hidden in sorted(self.texts, key=len, reverse=True):
            if hidden in text:
                text = text.replace(hidden, MASK)
        return text


NOTHING_HIDDEN: Final = Hidden()


def _without(value: Any, paths: Collection[Path]) -> Any:
    if isinstance(value, list):
        inner = [path[1:] for path in paths if path[0] == ROW]
        return [_without(one, inner) for one in value] if inner else value
    if not isinstance(value, Mapping):
        return value
    left = {}
    for name, one in value.items():
        inner = [path[1:] for path in paths if path[0] == name]
        if () not in inner:
            left[name] = _without(one, inner) if inner else one
    return left


def _at(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
    elif path[0] == ROW:
        for one in value if isinstance(value, list) else ():
            yield from _at(one, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif (text := _text(value)) is not None:
        yield text


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool | bytes):
        return None
    text = str(value)
    return text if len(text) >= _SHORTEST else None


def _leads(path: Path, steps: Path) -> bool:
    """Whether a path leads to a field, or to what it stands in."""
    return 0 < len(path) <= len(steps) and all(
        one in (ROW, step) for one, step in zip(path, steps[: len(path)], strict=True)
    )
