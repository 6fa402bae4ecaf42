"""The file of `ONEWINDOW_PARTNERS`: which partners there are, where they answer and how we sign in to them.

    partners:
      cadastre:
        url: https://cadastre.example.gov/api/v1
        openapi: cadastre.openapi.yaml
        authentication:
          kind: client-credentials
          token_url: https://login.example.gov/token
          client_id: onewindow
          client_secret: cadastre-client       # a name: ONEWINDOW_SECRET_CADASTRE_CLIENT

Files beside it (documents, certificates) are named relative to it. Secrets are names. All faults are told at once.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from engine.connectors.partners import (
    Authentication,
    Basic,
    Bearer,
    ClientCredentials,
    KeyHeader,
    ListedPartner,
    Operation,
    PartnerList,
    read_operations,
)
from engine.errors import Invalid, OnewindowError, Place
from engine.plain_yaml import read_yaml
from onewindow.hosts import host_of
from onewindow.listed_file import ListedFile, secret_missing

_MOST_API_BYTES: Final = 5_000_000
_NAME: Final = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,62}$", error="Write small letters, digits and hyphens.")
_ADDRESS: Final = validate.URL(schemes={"http", "https"}, require_tld=False)
_HEADER: Final = validate.Regexp(r"^[A-Za-z0-9-]{1,60}$")
_TEXT: Final = validate.Length(min=1, max=500)
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "basic": ("user", "password"),
    "bearer": ("token",),
    "key": ("header", "value"),
    "client-credentials": ("token_url", "client_id", "client_secret"),
}
_SECRET_FIELDS: Final = ("password", "token", "value", "client_secret")


class _AuthenticationSchema(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    user = fields.String(validate=[_TEXT, validate.ContainsNoneOf(":")])
    password = fields.String(validate=_NAME)
    token = fields.String(validate=_NAME)
    header = fields.String(validate=_HEADER)
    value = fields.String(validate=_NAME)
    token_url = fields.String(validate=_ADDRESS)
    client_id = fields.String(validate=_TEXT)
    client_secret = fields.String(validate=_NAME)
    scope = fields.String(validate=_TEXT)
    audience = fields.String(validate=_TEXT)
    sent_in = fields.String(validate=validate.OneOf(("header", "form")))

    @validates_schema
    def _of_one_kind(self, data: Mapping[str, Any], **_: Any) -> None:
        needed = _KINDS.get(data.get("kind", ""), ())
        allowed = {"kind", *needed, *(("scope", "audience", "sent_in") if "token_url" in needed else ())}
        faults = {name: [f"Authentication of the kind {data['kind']} needs it."] for name in needed if name not in data}
        faults |= {name: [f"The kind {data['kind']} does not know it."] for name in data if name not in allowed}
        if faults:
            raise ValidationError(faults)


class _CertificateSchema(Schema):
    file = fields.String(required=True, validate=_TEXT)
    key = fields.String(validate=_TEXT)
    password = fields.String(validate=_NAME)


class _PartnerSchema(Schema):
    kind = fields.String(validate=_NAME)
    url = fields.String(required=True, validate=_ADDRESS)
    inner = fields.Boolean(truthy={True}, falsy={False})
    openapi = fields.String(validate=_TEXT)
    wsdl = fields.String(validate=_TEXT)
    authentication = fields.Nested(_AuthenticationSchema)
    certificate = fields.Nested(_CertificateSchema)
    authority = fields.String(validate=_TEXT)
    headers = fields.Dict(keys=fields.String(validate=_HEADER), values=fields.String(validate=_TEXT))
    options = fields.Dict(keys=fields.String(validate=_TEXT), values=fields.String(validate=_TEXT))

    @validates_schema
    def _keeps_keys_secret(self, data: Mapping[str, Any], **_: Any) -> None:
        if ("authentication" in data or "certificate" in data) and not data.get("inner"):
            for name, url in _addresses(data):
                if urlsplit(url).scheme != "https":
                    raise ValidationError("Keys go over https only; `inner: true` allows http within.", name)


class _FileSchema(Schema):
    partners = fields.Dict(
        keys=fields.String(validate=_NAME), values=fields.Nested(_PartnerSchema), validate=validate.Length(max=500)
    )


def _is_unsaid(name: str, place: str, inner: Any) -> bool:
    # Of an entry of a map marshmallow says `key` or `value`: neither stands in the file.
    known = place.count("/") >= 2 and name in ("key", "value") and isinstance(inner, dict | list)
    return known and "authentication" not in place


_FILE: Final = ListedFile(variable="ONEWINDOW_PARTNERS", schema=_FileSchema, list_key="partners", is_unsaid=_is_unsaid)


class PartnersFile:
    """What the file says: the partners, and the hosts that may be called because of it."""

    def __init__(self, partners: PartnerList, addresses: Iterable[tuple[str, str, bool]] = ()) -> None:
        """`addresses` are the kind of a partner, a host of its as host:port, and whether that lies within."""
        self.partners = partners
        self._addresses = tuple(addresses)

    @property
    def hosts(self) -> frozenset[str]:
        """As host:port; tokens are fetched from some of them."""
        return frozenset(host for _, host, _ in self._addresses)

    @property
    def inner_hosts(self) -> frozenset[str]:
        """Those that may lie in a private network."""
        return frozenset(host for _, host, is_inner in self._addresses if is_inner)

    def of_kind(self, kind: str) -> PartnersFile:
        """What one connector needs of it: its partners, and no other host."""
        return PartnersFile(self.partners.of_kind(kind), [one for one in self._addresses if one[0] == kind])


def read_partners_file(path: str, secrets: Mapping[str, Any]) -> PartnersFile:
    """Read and check the whole file; without a path there are no partners.

    `secrets` are those that are set, each with its value as `value`. Raises BadSettings with all faults.
    """
    if not path:
        return PartnersFile(PartnerList())
    file = Path(path)
    said = _FILE.load(file)
    faults = [*_missing_secrets(said, secrets)]
    partners: list[ListedPartner] = []
    for name, one in said.items():
        try:
            partners.append(_partner(name, one, file.parent, secrets))
        except OnewindowError as fault:
            faults.append(Place(f"/partners/{name}", f"partner {name}: {fault.message}"))
    if faults:
        raise _FILE.wrong(faults)
    addresses = [
        (str(one.get("kind", "http")), host_of(url), bool(one.get("inner")))
        for one in said.values()
        for _, url in _addresses(one)
    ]
    return PartnersFile(PartnerList(partners), addresses)


def _missing_secrets(said: Mapping[str, Any], secrets: Collection[str]) -> Iterator[Place]:
    for name, one in said.items():
        named = [
            (f"/partners/{name}/{group}/{field}", one.get(group, {}).get(field))
            for group in ("authentication", "certificate")
            for field in _SECRET_FIELDS
        ]
        for place, secret in named:
            if secret is not None and secret not in secrets:
                yield secret_missing(place, secret)


def _partner(name: str, said: Mapping[str, Any], folder: Path, secrets: Mapping[str, Any]) -> ListedPartner:
    return ListedPartner(
        name=name,
        kind=said.get("kind", "http"),
        url=said["url"].rstrip("/"),
        authentication=_authentication(said.get("authentication")),
        tls=_tls(said, folder, secrets),
        headers=said.get("headers", {}),
        operations=_operations(said.get("openapi"), folder),
        description=folder / said["wsdl"] if "wsdl" in said else None,
        options=said.get("options", {}),
    )


def _authentication(said: Mapping[str, Any] | None) -> Authentication | None:
    match said:
        case None:
            return None
        case {"kind": "basic"}:
            return Basic(user=said["user"], password=said["password"])
        case {"kind": "bearer"}:
            return Bearer(token=said["token"])
        case {"kind": "key"}:
            return KeyHeader(header=said["header"], value=said["value"])
        case _:
            return ClientCredentials(
                token_url=said["token_url"],
                client_id=said["client_id"],
                client_secret=said["client_secret"],
                scope=said.get("scope", ""),
                audience=said.get("audience", ""),
                in_form=said.get("sent_in") == "form",
            )


def _tls(said: Mapping[str, Any], folder: Path, secrets: Mapping[str, Any]) -> ssl.SSLContext | None:
    """Our certificate, and whom we trust, for one partner; None for the usual authorities and no certificate."""
    certificate, authority = said.get("certificate"), said.get("authority")
    if certificate is None and authority is None:
        return None
    try:
        if authority is None:
            context = httpx.create_ssl_context(trust_env=False)
        else:
            context = ssl.create_default_context(cafile=str(folder / authority))
        if certificate is not None:
            password = secrets.get(certificate.get("password", ""))
            context.load_cert_chain(
                str(folder / certificate["file"]),
                str(folder / certificate["key"]) if "key" in certificate else None,
                # Without one OpenSSL would ask at the terminal.
                password="" if password is None else password.value,
            )
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or getattr(fault, "reason", None) or type(fault).__name__
        raise Invalid(f"its certificate, key or authority cannot be used ({reason})") from fault
    return context


def _operations(named: str | None, folder: Path) -> Mapping[str, Operation]:
    if named is None:
        return {}
    try:
        document, _ = read_yaml((folder / named).read_bytes(), _MOST_API_BYTES)
    except OSError as fault:
        raise Invalid(f"its document {named} cannot be read ({fault.strerror})") from fault
    return read_operations(document)


def _addresses(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The addresses that are called for a partner, with the field that names them."""
    if "url" in said:
        yield "url", said["url"]
    if "token_url" in said.get("authentication", {}):
        yield "authentication", said["authentication"]["token_url"]
