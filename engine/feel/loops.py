"""`for`, `some` and `every` (DMN 1.5, 10.3.2.14): walking lists and ranges, one variable inside of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel.run import Env, Run
from engine.feel.temporal import Date
from engine.feel.text import shown
from engine.feel.values import Range, Value

Compiled: TypeAlias = Callable[[Env], Value]


@dataclass(frozen=True, slots=True)
class Walk:
    """A variable and what it walks over."""

    name: str
    source: Compiled
    end: Compiled | None
    at: int


def for_loop(env: Env, walks: Sequence[Walk], body: Compiled, *, partial: bool) -> Value:
    """The list of the body's values; null when a source cannot be walked.

    With `partial` the body sees those before under that name, as a list that is not changed any more.
    """
    results: list[Value] = []
    for inner in _rounds(env, walks, 0):
        if inner is None:
            return None
        if partial:
            env.run.charge(len(results) // 100)
            inner = Env({**inner.names, "partial": results[:]}, inner.outer, inner.run)
        results.append(body(inner))
    return results


def quantified(env: Env, walks: Sequence[Walk], condition: Compiled, every: bool) -> bool | None:
    """Whether the condition holds for some, or for every one; null when that depends on a null."""
    unknown = False
    for inner in _rounds(env, walks, 0):
        if inner is None:
            return None
        answer = condition(inner)
        if answer is (not every):
            return not every
        if answer is not None and not isinstance(answer, bool):
            word = "every" if every else "some"
            env.run.null("condition", f"`{word}` expects true or false, found {shown(answer)}.")
            return None
        unknown = unknown or answer is None
    return None if unknown else every


def _rounds(env: Env, walks: Sequence[Walk], depth: int) -> Iterator[Env | None]:
    walk = walks[depth]
    items = _items(env, walk)
    if items is None:
        yield None
        return
    last = depth + 1 == len(walks)
    for item in items:
        env.run.charge()
        inner = Env({walk.name: item}, env, env.run)
        if last:
            yield inner
        else:
            yield from _rounds(inner, walks, depth + 1)


def _items(env: Env, walk: Walk) -> Any:
    run = env.run
    source = walk.source(env)
    if walk.end is not None:
        return range_items(run, Range(source, walk.end(env)), walk.at)
    if isinstance(source, Range):
        return range_items(run, source, walk.at)
    if source is None:
        return run.null("iteration", f"`{walk.name}` expects a list or range to walk over, found null.", walk.at)
    return source if isinstance(source, list) else [source]


def range_items(run: Run, walked: Range, at: int) -> Any:
    """The whole numbers or days of a range, up or down; null when its ends are neither."""
    first, last = walked.start, walked.end
    if isinstance(first, Decimal) and isinstance(last, Decimal):
        if first != first.to_integral_value() or last != last.to_integral_value():
            return run.null("iteration", f"A walk expects whole numbers, found {first}..{last}.", at)
        start, end = int(first), int(last)
        make: Callable[[int], Value] = Decimal
    elif isinstance(first, Date) and isinstance(last, Date):
        start, end, make = first.days(), last.days(), Date.of_days
    else:
        kinds = f"{shown(first)} to {shown(last)}"
        return run.null("iteration", f"A walk expects numbers or dates, found {kinds}.", at)
    step = 1 if end >= start else -1
    start += 0 if walked.start_included else step
    end -= 0 if walked.end_included else step
    return (make(number) for number in range(start, end + step, step))
