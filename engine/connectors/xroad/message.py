"""One message over X-Road: its headers, its way through our security server, and the proof that comes back.

**Which id a message has.** The protocol wants X-Road-Id to be unique for each message, and security servers log, sign
and archive under it. A job that is tried three times sends three messages; under one id nobody could tell later which
of them was answered. So each attempt has an id of its own. It is made of the job's idempotency key and the id of the
attempt, so that it can be found again from our logs; and the key itself goes along as `Idempotency-Key`, which X-Road
passes on unchanged: by that the provider sees the repetition.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.casework.evidence import MessageProof
from engine.connectors.contract import JobRequest, Json, PartnerRefused, PartnerUnavailable
from engine.connectors.exchange import Answer, Exchange, require_no_later
from engine.connectors.xroad.errors import require_no_road_error
from engine.connectors.xroad.identifiers import ServiceId
from engine.connectors.xroad.server import SecurityServer

PROTOCOL: Final = "r1"
LONGEST_ADDRESS: Final = 2_000
"""What security servers take at least (PR-REST, 4.2); what is longer belongs into the body."""
_IDS: Final = uuid.UUID("6f1d1f4e-6d0a-5b7e-9a53-2f3f0c8f6a11")
"""The name space of our message ids; made once, never changed."""
_USER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_TOLD: Final = re.compile(r"[\x21-\x7e]{1,255}")
_DOTS: Final = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


def message_id(idempotency_key: str, request_id: str) -> str:
    """The id of the message that one attempt of one job sends."""
    return str(uuid.uuid5(_IDS, f"{idempotency_key} {request_id}"))


def user_id(variables: Mapping[str, Json], name: str | None, country: str) -> str | None:
    """X-Road-UserId: the country, and the person's number in a variable; None without a name.

    Raises PartnerRefused when the variable holds no such number.
    """
    if name is None:
        return None
    value = variables.get(name)
    if not isinstance(value, str) or _USER.fullmatch(value) is None:
        raise PartnerRefused(
            f"Expected the variable {name!r:.80} to be a person's number of 1 to 60 letters, digits and hyphens.",
            remedy="Set it by an input mapping of the task, then retry the incident.",
        )
    return country + value


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadService:
    """A service behind our security server."""

    server: SecurityServer
    service: ServiceId

    def ask(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        request: JobRequest,
        *,
        key: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> Answer:
        """One message, and what the provider answered: any status below 300, or from 400 to 499.

        `key` is what the provider knows a repetition by. Raises PartnerUnavailable, PartnerRefused.
        """
        sent = self._headers(request, key) | dict(headers)
        answer = exchange.send(
            method, self._address(path), headers=sent, content=content, tls=self.server.tls, as_it_is=True
        )
        require_no_road_error(answer, str(self.service))
        require_no_later(answer)
        if 300 <= answer.status < 400:
            raise PartnerRefused(
                f"{self.service} sends the call elsewhere (status {answer.status}); over X-Road that is not followed.",
                remedy="Ask the provider for the path that answers itself.",
            )
        self._require_ours(answer, sent["X-Road-Id"])
        return answer

    def proof(self, answer: Answer) -> MessageProof:
        """What names the message in the logs of both security servers."""
        return MessageProof(
            service=str(self.service),
            message_id=_told(answer, "X-Road-Id"),
            request_id=_told(answer, "X-Road-Request-Id"),
            request_hash=_told(answer, "X-Road-Request-Hash"),
        )

    def _address(self, path: str) -> str:
        address = f"{self.server.url}/{PROTOCOL}/{self.service.encoded}{path}"
        if _DOTS.search(path.partition("?")[0]):
            raise PartnerRefused(
                "A path over X-Road goes straight down, without `.` and `..`.", remedy="Correct the path of the task."
            )
        if len(address) > LONGEST_ADDRESS:
            raise PartnerRefused(
                f"The address has {len(address)} characters; X-Road takes {LONGEST_ADDRESS}.",
                remedy="Send the data as the body of a POST.",
            )
        return address

    def _headers(self, request: JobRequest, key: str) -> dict[str, str]:
        said = {
            **self.server.headers,
            "X-Road-Client": self.server.client.encoded,
            "X-Road-Id": message_id(key, request.request_id),
            "Idempotency-Key": key,
            "X-Request-Id": request.request_id,
        }
        if request.case_number:
            said["X-Road-Issue"] = request.case_number
        user = user_id(request.variables, request.headers.get("userVariable"), self.server.country)
        if user is not None:
            said["X-Road-UserId"] = user
        return said

    def _require_ours(self, answer: Answer, sent: str) -> None:
        """An answer to our very message: not a proxy's page, and not what somebody else was answered."""
        told = answer.headers.get("X-Road-Id")
        if told is None:
            raise PartnerRefused(
                f"{answer.partner} answered with status {answer.status}, but not as a security server does: without "
                "the header X-Road-Id.",
                remedy="Correct the address of the security server in the operator's list of partners.",
            )
        if told != sent:
            raise PartnerUnavailable(
                f"The security server {answer.partner} gave the answer to another message than ours; it is not used.",
                remedy="It is asked again; when this stays, tell whoever runs the security server.",
                retry_after_seconds=30,
            )


def _told(answer: Answer, header: str) -> str:
    value = answer.headers.get(header, "")
    return value if _TOLD.fullmatch(value) else ""
