"""A SOAP service as its WSDL file describes it, and one call to it, by zeep.

The file and what it imports lie beside the operator's list of partners: nothing is fetched, neither descriptions nor
schemas nor entities. Where the service answers says the operator, not the file. The call itself goes over `Exchange`,
with its limits, guards and sign-in, so that zeep sees bytes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault, TransportError, ValidationError
from zeep.helpers import serialize_object
from zeep.loader import parse_xml
from zeep.transports import Transport
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import SoapBinding
from zeep.wsse import UsernameToken

from engine.connectors.contract import Json, PartnerRefused, PartnerUnavailable
from engine.connectors.exchange import Answer
from engine.connectors.soap.values import plain
from engine.errors import Invalid

Post = Callable[[bytes, Mapping[str, str]], Answer]
"""Sends an envelope with its headers to where the service answers."""

_SETTINGS: Final = zeep.Settings(
    strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)
_MOST_BYTES: Final = 5_000_000


class UnreadableService(Invalid):
    """A WSDL file cannot be used."""

    code = "wsdl-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapFault(Exception):
    """The service answered that it cannot do it (SOAP 1.1, 4.4; SOAP 1.2, 5.4)."""

    code: str
    """Without its namespace's prefix: `Client`, `Sender`, `Server`, or the service's own."""
    text: str
    partner: str

    @property
    def is_ours(self) -> bool:
        """Whether the message was at fault, so that the same message will be refused again."""
        return self.code not in ("Server", "Receiver")


class SoapService:
    """Operations by name. Safe to use from several threads once made."""

    def __init__(self, wsdl: Path, port: str | None = None) -> None:
        """`port` picks one of several ports of the file. Raises UnreadableService."""
        try:
            self._document = Document(str(wsdl), _Files(wsdl.parent), settings=_SETTINGS)  # type: ignore[arg-type]
            self._binding = _binding(self._document, port)
        except (ZeepError, etree.LxmlError, OSError, ValueError, AttributeError, KeyError, TypeError) as fault:
            reason = " ".join(str(fault).split())[:200] or type(fault).__name__
            raise UnreadableService(
                f"The file {wsdl.name} is no WSDL that can be used: {reason}.",
                remedy="Ask the partner for its WSDL with all schemas it imports, and lay them beside the file.",
            ) from fault

    @property
    def operations(self) -> frozenset[str]:
        """Their names."""
        return frozenset(self._binding.all())

    def call(
        self, operation: str, parameters: Mapping[str, Json], post: Post, sign_in: UsernameToken | None = None
    ) -> Json:
        """One call; what comes back as plain JSON.

        Raises SoapFault, PartnerRefused for parameters that do not fit, PartnerUnavailable for an answer that is none.
        """
        # zeep keeps no state of a call in document or binding; a client is but a holder of the two and a transport.
        sender = _Sender(post)
        client = zeep.Client(self._document, wsse=sign_in, transport=sender, settings=_SETTINGS)
        try:
            envelope, headers = self._binding._create(operation, (), dict(parameters), client=client, options={})
        except (ZeepError, ValueError, TypeError, AttributeError, KeyError) as fault:
            raise _unfit(operation, fault) from fault
        answer = post(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"), headers)
        try:
            found = self._binding.process_reply(client, self._binding.get(operation), _Reply(answer))
            self._require_answer_to(operation, answer)
            return plain(serialize_object(found, dict))
        except Fault as fault:
            code = str(fault.code or "Server").rpartition(":")[2][:80]
            raise SoapFault(code=code, text=str(fault.message or "")[:500], partner=answer.partner) from fault
        except (ZeepError, etree.LxmlError, ValueError, TypeError, AttributeError, KeyError) as fault:
            raise PartnerUnavailable(
                f"{answer.partner} answered something that does not fit its WSDL ({type(fault).__name__}).",
                remedy="It is asked again; when this stays, ask the partner for its present WSDL.",
                retry_after_seconds=30,
            ) from fault

    def _require_answer_to(self, operation: str, answer: Answer) -> None:
        """zeep takes anything else for an answer without values. Raises ValueError."""
        expected = getattr(getattr(self._binding.get(operation).output, "body", None), "qname", None)
        root = parse_xml(answer.body, None, settings=_SETTINGS)  # type: ignore[arg-type]
        body = root.find("{*}Body")
        if expected is not None and (body is None or body.find(str(expected)) is None):
            raise ValueError("it answers another operation")


class _Files(Transport):
    """Reads descriptions and schemas from one folder, and nothing from the network."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder.resolve()

    def load(self, url: str) -> bytes:
        """A file of the folder. Raises ValueError for any other place."""
        file = (self._folder / url).resolve()
        if "://" in url or not file.is_relative_to(self._folder):
            raise ValueError(f"it imports {url!r:.100}, which does not lie beside it")
        content = file.read_bytes()
        if len(content) > _MOST_BYTES:
            raise ValueError(f"{file.name} is larger than {_MOST_BYTES} bytes")
        return content


class _Sender(Transport):
    """What a client must have; calls are sent by ourselves, and answers import nothing."""

    def __init__(self, post: Post) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._post = post

    def load(self, url: str) -> bytes:
        """Nothing. Raises ValueError."""
        raise ValueError(f"an answer names {url!r:.100}")


class _Reply:
    """An answer as zeep reads one."""

    encoding = "utf-8"

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.content = answer.body
        self.headers = answer.headers


def _binding(document: Document, port: str | None) -> SoapBinding:
    ports = {
        name: found.binding
        for service in document.services.values()
        for name, found in service.ports.items()
        if isinstance(found.binding, SoapBinding)
    }
    if not ports:
        raise ValueError("it describes no SOAP port")
    if port is not None and port not in ports:
        raise ValueError(f"it has no port {port!r:.80}; it has {', '.join(ports)}")
    return ports[port] if port is not None else next(iter(ports.values()))


def _unfit(operation: str, fault: Exception) -> PartnerRefused:
    """Names of fields, never values: zeep's other messages may hold them."""
    said = str(fault) if isinstance(fault, ValidationError) else type(fault).__name__
    if isinstance(fault, TypeError) and "unexpected keyword argument" in str(fault):
        said = str(fault).partition(". Signature")[0]
    return PartnerRefused(
        f"The parameters do not fit the operation {operation!r:.80}: {said:.300}.",
        remedy="Compare the input mapping of the task with the WSDL, then retry the incident.",
    )


__all__ = ["Post", "SoapFault", "SoapService", "TransportError", "UnreadableService", "UsernameToken"]
