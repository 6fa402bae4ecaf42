"""The SMTP side: takes mail as the switch says."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mail.bounces import Postman
from sandbox.mail.box import Box
from sandbox.mail.switch import Mode, Setting, Switch

_LARGEST = 10_000_000
_OK = "250 2.0.0 OK"
_OF_BOUNCES = re.compile(r" (?:RET|ENVID|NOTIFY|ORCPT)=\S+", re.IGNORECASE)
_ENVELOPE_ID = re.compile(r" ENVID=(\S{1,100})", re.IGNORECASE)


@dataclass
class Handler:
    """What happens to each mail."""

    box: Box
    switch: Switch
    postman: Postman
    hang_seconds: float = 120

    async def handle_EHLO(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Tell that bounces can be asked for (RFC 3461)."""
        del server, envelope
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient."""
        del server, session, options
        setting = self.switch.take()
        envelope.met = setting  # type: ignore[attr-defined]  # for the same mail's text
        refusals = {
            Mode.refuse: "550 5.1.1 There is no such mailbox",
            Mode.later: "451 4.2.1 The mailbox is busy, try again later",
            Mode.relay: "554 5.7.1 Relay access denied",
        }
        if setting.mode in refusals:
            return refusals[setting.mode]
        envelope.rcpt_tos.append(address)
        return _OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The mail itself."""
        del session
        setting: Setting = getattr(envelope, "met", Setting())
        if setting.mode is Mode.content:
            return "554 5.6.0 The text is not taken"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        envelope_id = getattr(envelope, "envelope_id", None)
        mail = self.box.take(envelope.mail_from or "", list(envelope.rcpt_tos), content, envelope_id)
        if setting.mode is Mode.hang:
            await self._hang()
        if setting.mode is Mode.drop and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        if setting.mode is Mode.bounce:
            self.postman.bring_back(mail)
        return _OK

    async def _hang(self) -> None:
        """Until somebody changes the switch, at most so long."""
        seen = self.switch.setting
        waited = 0.0
        while waited < self.hang_seconds and self.switch.setting is seen:
            await asyncio.sleep(0.05)
            waited += 0.05


class _Server(SMTP):
    """Takes the options of RFC 3461, which the library does not know."""

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 (the library's name)
        """MAIL FROM; ENVID is kept, RET is passed over."""
        said = arg or ""
        found = _ENVELOPE_ID.search(said)
        await super().smtp_MAIL(_OF_BOUNCES.sub("", said))
        if found is not None and self.envelope is not None:
            self.envelope.envelope_id = found.group(1)  # type: ignore[attr-defined]

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """RCPT TO, whose NOTIFY is passed over."""
        await super().smtp_RCPT(_OF_BOUNCES.sub("", arg or ""))


class MailServer(Controller):
    """Listens in a thread of its own."""

    def __init__(
        self,
        handler: Handler,
        host: str,
        port: int,
        *,
        user: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        tls_from_the_start: bool = False,
    ) -> None:
        """With `tls`, STARTTLS is asked for; or nothing else is spoken from the first byte."""
        self._made: dict[str, Any] = {
            "data_size_limit": _LARGEST,
            "ident": "sandbox",
            "hostname": "sandbox.invalid",
            "enable_SMTPUTF8": True,
        }
        if tls is not None and not tls_from_the_start:
            self._made |= {"tls_context": tls, "require_starttls": True}
        if user is not None:
            self._made |= {"auth_required": True, "authenticator": _only(user, password)}
        super().__init__(
            handler, hostname=host, port=port, ssl_context=tls if tls_from_the_start else None, ready_timeout=10
        )

    def factory(self) -> SMTP:
        """One connection."""
        return _Server(self.handler, **self._made)


def _only(user: str, password: str | None) -> Any:
    """Lets one user in."""
    expected = (password or "").encode()

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        del server, session, envelope, mechanism
        fits = isinstance(said, LoginPassword) and (said.login, said.password) == (user.encode(), expected)
        return AuthResult(success=fits, handled=False)

    return authenticate
