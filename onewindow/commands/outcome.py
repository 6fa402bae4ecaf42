"""How every command ends: exit codes, errors told with their remedy, and JSON for programs.

| code | meaning |
|---|---|
| 0 | done, nothing found |
| 1 | done, with findings: a model with faults, a scenario that failed, a construct that is refused |
| 2 | wrong use: an unknown option, a file that is not there, wrong settings, a wrong value |
| 3 | not now: the database or a port is not available; repeat later |
| 4 | refused: a rule or the present state stands against it |
| 5 | an unforeseen error |
| 130 | stopped by Ctrl-C |
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, ParamSpec, TypeVar

import click

from engine.errors import Forbidden, Invalid, NotFound, OnewindowError, Refused, Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class Exit(IntEnum):
    """What the shell is told."""

    ok = 0
    findings = 1
    usage = 2
    unavailable = 3
    refused = 4
    unforeseen = 5
    interrupted = 130


CODES: Final = (
    "Exit codes: 0 done; 1 done with findings; 2 wrong use or settings; 3 not available now, repeat later; "
    "4 refused by a rule or state; 5 unforeseen error; 130 stopped by Ctrl-C."
)

_OF_ERROR: Final[tuple[tuple[type[OnewindowError], Exit], ...]] = (
    (Unavailable, Exit.unavailable),
    (Invalid, Exit.usage),
    (NotFound, Exit.usage),
    (Refused, Exit.refused),
    (Forbidden, Exit.refused),
)


def border(command: Callable[P, R]) -> Callable[P, R]:
    """The command line's border: our own errors become a message and an exit code, never a traceback."""

    @functools.wraps(command)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OnewindowError as fault:
            click.echo(f"Error: {fault.message}", err=True)
            for place in getattr(fault, "places", ())[:50]:
                if place.message not in fault.message:
                    click.echo(f"  {place.path or '(all)'}: {place.message}", err=True)
            if fault.remedy:
                click.echo(fault.remedy, err=True)
            sys.exit(next((code for kind, code in _OF_ERROR if isinstance(fault, kind)), Exit.unforeseen))
        except KeyboardInterrupt:
            sys.exit(Exit.interrupted)

    return within


def print_json(value: Any) -> None:
    """A value as JSON on standard output, for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
