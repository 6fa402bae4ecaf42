"""The simulated mail server and SMS gateway that `onewindow run` starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import click

from onewindow.children import Children

SANDBOX_HOST: Final = "127.0.0.1"
SANDBOX_KEY: Final = "sandbox-demo-key"
"""What the simulated partners ask for; no secret, for they know invented persons only."""
CALLBACK_SECRET: Final = "sandbox-callback-secret"  # noqa: S105 (of a simulation)
"""What they sign their callbacks with; no secret either."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Where they listen."""

    sms: int
    mail_pages: int
    smtp: int
    takes_mail: bool
    """Whether the package is installed that the simulated mail server needs."""

    @classmethod
    def after(cls, port: int) -> Posts:
        """On the three ports after another."""
        return cls(port + 1, port + 2, port + 3, find_spec("aiosmtpd") is not None)

    @property
    def ports(self) -> tuple[int, ...]:
        """Those that must be free."""
        return (self.sms, self.mail_pages, self.smtp) if self.takes_mail else (self.sms,)


def notices_environment(posts: Posts) -> dict[str, str]:
    """The settings that tell the product where they answer; at night too, for somebody looks on."""
    said = {
        "ONEWINDOW_SMS_URL": f"http://{SANDBOX_HOST}:{posts.sms}",
        "ONEWINDOW_SECRET_SMS_KEY": SANDBOX_KEY,
        "ONEWINDOW_SECRET_NOTICE_CALLBACK": CALLBACK_SECRET,
        "ONEWINDOW_QUIET_HOURS": "none",
    }
    if posts.takes_mail:
        said |= {
            "ONEWINDOW_SMTP_HOST": SANDBOX_HOST,
            "ONEWINDOW_SMTP_PORT": str(posts.smtp),
            "ONEWINDOW_SMTP_SECURITY": "none",
            "ONEWINDOW_MAIL_FROM": "noreply@onewindow.example",
        }
    return said


def start_posts(children: Children, posts: Posts, callback: str, environment: Mapping[str, str]) -> None:
    """Start both, or the gateway alone where the other's package is missing."""
    common = {"--host": SANDBOX_HOST, "--api-key": SANDBOX_KEY}
    sms = _command("sms", {**common, "--port": str(posts.sms), "--callback-url": callback})
    children.start_listener("simulated SMS gateway", sms, environment, SANDBOX_HOST, posts.sms)
    if not posts.takes_mail:
        click.echo("No mail is sent: the simulated mail server needs the extra `sandbox` (aiosmtpd).", err=True)
        return
    where = {"--port": str(posts.mail_pages), "--smtp-port": str(posts.smtp), "--bounce-url": callback}
    mail = _command("mail", {**common, **where})
    children.start_listener("simulated mail server", mail, environment, SANDBOX_HOST, posts.mail_pages)


def _command(partner: str, said: Mapping[str, str]) -> list[str]:
    return [sys.executable, "-m", f"sandbox.{partner}", *(part for pair in said.items() for part in pair)]
