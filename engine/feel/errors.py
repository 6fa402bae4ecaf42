"""What FEEL refuses: text that is no expression, and evaluations that would take too much.

Faults inside an evaluation are no exceptions: they give null and a `Warning_` that says why (DMN 1.5, 10.3.2).
"""

from __future__ import annotations

from typing import Any, ClassVar

from engine.errors import Invalid, Place, Refused


class FeelSyntaxError(Invalid):
    """A text is not a FEEL expression: where, what was found, what was expected."""

    code: ClassVar[str] = "feel-syntax"

    def __init__(self, problem: str, *, text: str, at: int, remedy: str = "") -> None:
        before = text[:at]
        self.line = before.count("\n") + 1
        """Line in the text, from 1."""
        self.column = at - (before.rfind("\n") + 1) + 1
        """Column in that line, from 1, in characters."""
        self.problem = problem
        """What is wrong, without the place."""
        excerpt = text[max(0, at - 30) : at] + "⟪here⟫" + text[at : at + 30]
        super().__init__(
            f"Line {self.line}, column {self.column}: {problem}",
            places=[Place("", problem, self.code)],
            remedy=remedy or f"Mend the expression near: {' '.join(excerpt.split())}",
            line=self.line,
            column=self.column,
        )


class FeelBudgetExceeded(Refused):
    """An evaluation went over one of its bounds and was stopped."""

    code: ClassVar[str] = "feel-budget"

    def __init__(self, what: str, limit: float, **facts: Any) -> None:
        super().__init__(
            f"The expression was stopped: more than {limit} {what}.",
            remedy="Make ranges, lists and recursion smaller.",
            what=what,
            limit=limit,
            **facts,
        )
