"""What a token meets when it cannot go on: raised while an element is visited, kept as an incident by the driver."""

from __future__ import annotations


class Fault(Exception):
    """A fault of the model or its data. Never leaves the kernel: the driver makes an incident of it."""

    def __init__(self, code: str, message: str, remedy: str = "", *, again: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.again = again
        """Whether the element must be visited anew on retry, because what it waited for is spent."""
