"""Children of `onewindow run`: an interruption waits until nobody is being asked."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import cast

import pytest

from onewindow.children import Children


class Asked:
    """A child that is interrupted in the middle of being asked whether it has ended."""

    def __init__(self, interruption: signal.Signals) -> None:
        self.interruption = interruption
        self.has_answered = False

    def poll(self) -> int | None:
        os.kill(os.getpid(), self.interruption)
        self.has_answered = True
        return None


@pytest.mark.parametrize("interruption", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_waits_until_a_child_has_told_whether_it_ended(interruption: signal.Signals) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(interruption, interrupt)
    child = Asked(interruption)
    children = Children(_running={"web server": cast("subprocess.Popen[bytes]", child)})
    try:
        with pytest.raises(KeyboardInterrupt):
            children.wait_for_one_to_end()
    finally:
        signal.signal(interruption, before)

    assert child.has_answered
