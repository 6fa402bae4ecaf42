"""The file of `ONEWINDOW_IDENTITY_PROVIDERS`: who they are, what is asked of them and what their word gives.

    providers:
      state:
        title: State login
        issuer: https://login.example.gov
        sign_in:
          client_id: onewindow
          client_secret: state-login       # a name: ONEWINDOW_SECRET_STATE_LOGIN
          accounts: made
          claims: {pin: personal_number}
          second_factor: {amr: [otp, hwk]}
          duties:
            - give: [citizen]
            - {claim: groups, is: [examiners], give: ["traffic-police:examiner"]}

Nobody has a duty that no rule gives. Secrets are names. All faults are told at once, each with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from door.scopes import ALL as SCOPES
from engine.casework.duty import checked_duty
from engine.casework.organisation import LANGUAGES
from engine.errors import Invalid, Place
from onewindow.federation.providers import AccessTokens, DutyRule, Provider, Providers, SecondFactorRule, SignIn
from onewindow.hosts import host_of
from onewindow.listed_file import ListedFile, secret_missing
from onewindow.settings_reader import Secret

VARIABLE: Final = "ONEWINDOW_IDENTITY_PROVIDERS"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair only (RFC 7518, 3): neither `none` nor HS256, whose key both sides would know."""
_USUAL: Final = ("RS256", "PS256", "ES256")
_NAME: Final = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,62}$", error="Write small letters, digits and hyphens.")
_TEXT: Final = validate.Length(min=1, max=500)
_ADDRESS: Final = validate.URL(schemes={"http", "https"}, require_tld=False)
_HOST: Final = validate.Regexp(r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$", error="Write host or host:port.")
_SCOPE_TOKEN: Final = validate.Regexp(r"^[\x21\x23-\x5B\x5D-\x7E]{1,200}$", error="Write a scope without blanks.")


def _texts(check: validate.Validator = _TEXT, **more: Any) -> Any:
    return fields.List(fields.String(validate=check), validate=validate.Length(max=200), **more)


def _is_duty(text: str) -> None:
    try:
        checked_duty(text)
    except Invalid as fault:
        raise ValidationError(str(fault)) from fault


class _SecondFactorSchema(Schema):
    acr = _texts()
    amr = _texts()


class _ClaimsSchema(Schema):
    name = fields.String(validate=_TEXT)
    pin = fields.String(validate=_TEXT)
    tin = fields.String(validate=_TEXT)


class _RuleSchema(Schema):
    claim = fields.String(validate=_TEXT)
    values = _texts(data_key="is")
    give = fields.List(fields.String(validate=_is_duty), required=True, validate=validate.Length(min=1, max=100))

    @validates_schema
    def _asks_for_a_value(self, data: Mapping[str, Any], **_: Any) -> None:
        if ("claim" in data) != bool(data.get("values")):
            raise ValidationError("A rule has `claim` and `is` together, or neither: then it is for everybody.")


class _SignInSchema(Schema):
    client_id = fields.String(required=True, validate=_TEXT)
    client_secret = fields.String(validate=_NAME)
    sent_in = fields.String(validate=validate.OneOf(("header", "form")))
    scopes = _texts(_SCOPE_TOKEN)
    userinfo = fields.Boolean(truthy={True}, falsy={False})
    accounts = fields.String(validate=validate.OneOf(("made", "known")))
    joins_by_pin = fields.Boolean(truthy={True}, falsy={False})
    max_age_minutes = fields.Integer(strict=True, validate=validate.Range(1, 10_080))
    session_hours = fields.Integer(strict=True, validate=validate.Range(1, 168))
    acr_values = _texts(_SCOPE_TOKEN)
    second_factor = fields.Nested(_SecondFactorSchema)
    claims = fields.Nested(_ClaimsSchema)
    duties = fields.List(fields.Nested(_RuleSchema), validate=validate.Length(max=500))
    after_sign_out = fields.String(validate=_ADDRESS)

    @validates_schema
    def _joins_by_what_is_read(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("joins_by_pin") and "pin" not in data.get("claims", {}):
            raise ValidationError("It needs the claim of the personal number: claims.pin.", "joins_by_pin")


class _AccessTokensSchema(Schema):
    audience = fields.String(required=True, validate=_TEXT)
    scopes = fields.Dict(
        keys=fields.String(validate=_SCOPE_TOKEN), values=fields.List(fields.String(validate=validate.OneOf(SCOPES)))
    )
    clients = fields.Dict(keys=fields.String(validate=_TEXT), values=fields.String(validate=_TEXT))
    second_factor = fields.Nested(_SecondFactorSchema)


class _ProviderSchema(Schema):
    title = fields.Raw()
    issuer = fields.String(required=True, validate=_ADDRESS)
    inner = fields.Boolean(truthy={True}, falsy={False})
    hosts = _texts(_HOST)
    algorithms = fields.List(fields.String(validate=validate.OneOf(ALGORITHMS)), validate=validate.Length(min=1))
    sign_in = fields.Nested(_SignInSchema)
    access_tokens = fields.Nested(_AccessTokensSchema)

    @validates_schema
    def _is_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        parts = urlsplit(data["issuer"])
        if parts.query or parts.fragment or parts.username:
            raise ValidationError("An issuer has neither query nor fragment nor name.", "issuer")
        if parts.scheme != "https" and not data.get("inner"):
            raise ValidationError("Expected https; `inner: true` allows http within.", "issuer")
        if "sign_in" not in data and "access_tokens" not in data:
            raise ValidationError("Expected `sign_in`, `access_tokens` or both.")
        audience = data.get("access_tokens", {}).get("audience")
        if audience is not None and audience == data.get("sign_in", {}).get("client_id"):
            # An ID token has the client as its audience: it must never pass for an access token.
            raise ValidationError("The audience of access tokens must not be the client_id.", "access_tokens")
        title = data.get("title")
        if not (title is None or isinstance(title, str) or _is_in_all_languages(title)):
            raise ValidationError(f"Expected a text, or one in each of {', '.join(LANGUAGES)}.", "title")


class _FileSchema(Schema):
    providers = fields.Dict(
        keys=fields.String(validate=_NAME), values=fields.Nested(_ProviderSchema), validate=validate.Length(max=50)
    )


def _is_unsaid(name: str, place: str, _inner: Any) -> bool:
    # Of an entry of a map marshmallow says `key` or `value`, of a whole `_schema`: none stands in the file.
    return name in ("key", "value", "_schema") and place.rpartition("/")[2] != "claims"


_FILE: Final = ListedFile(variable=VARIABLE, schema=_FileSchema, list_key="providers", is_unsaid=_is_unsaid)


def read_providers_file(path: str, secrets: Mapping[str, Secret]) -> Providers:
    """Read and check the whole file; without a path there are none. Raises BadSettings with all faults."""
    if not path:
        return Providers()
    said = _FILE.load(Path(path))
    faults = [*_missing_secrets(said, secrets), *_same_issuers(said)]
    if faults:
        raise _FILE.wrong(faults)
    return Providers(_provider(key, one) for key, one in said.items())


def _missing_secrets(said: Mapping[str, Any], secrets: Mapping[str, Secret]) -> Iterator[Place]:
    for key, one in said.items():
        secret = one.get("sign_in", {}).get("client_secret")
        if secret is not None and secret not in secrets:
            yield secret_missing(f"/providers/{key}/sign_in/client_secret", secret)


def _same_issuers(said: Mapping[str, Any]) -> Iterator[Place]:
    """A token says its issuer only: two providers of one issuer could not be told apart."""
    seen: dict[str, str] = {}
    for key, one in said.items():
        before = seen.setdefault(one["issuer"], key)
        if before != key:
            place = f"/providers/{key}/issuer"
            yield Place(place, f"{place}: {before} has this issuer already")


def _provider(key: str, said: Mapping[str, Any]) -> Provider:
    title = said.get("title", key)
    return Provider(
        key=key,
        title=title if isinstance(title, Mapping) else dict.fromkeys(LANGUAGES, title),
        issuer=said["issuer"],
        is_inner=bool(said.get("inner")),
        hosts=frozenset({host_of(said["issuer"]), *map(_with_port, said.get("hosts", ()))}),
        algorithms=tuple(said.get("algorithms", _USUAL)),
        sign_in=_sign_in(said["sign_in"]) if "sign_in" in said else None,
        access_tokens=_access_tokens(said["access_tokens"]) if "access_tokens" in said else None,
    )


def _sign_in(said: Mapping[str, Any]) -> SignIn:
    claims, scopes = said.get("claims", {}), said.get("scopes", ())
    return SignIn(
        client_id=said["client_id"],
        client_secret=said.get("client_secret", ""),
        secret_in_form=said.get("sent_in") == "form",
        scopes=("openid", *(one for one in scopes if one != "openid")),
        userinfo=bool(said.get("userinfo")),
        makes_accounts=said.get("accounts") == "made",
        joins_by_pin=bool(said.get("joins_by_pin")),
        max_age=timedelta(minutes=said["max_age_minutes"]) if "max_age_minutes" in said else None,
        session=timedelta(hours=said["session_hours"]) if "session_hours" in said else None,
        acr_values=tuple(said.get("acr_values", ())),
        second_factor=_second_factor(said.get("second_factor", {})),
        name_claim=claims.get("name", "name"),
        pin_claim=claims.get("pin", ""),
        tin_claim=claims.get("tin", ""),
        rules=tuple(
            DutyRule(duties=frozenset(one["give"]), claim=one.get("claim", ""), values=frozenset(one.get("values", ())))
            for one in said.get("duties", ())
        ),
        after_sign_out=said.get("after_sign_out", ""),
    )


def _access_tokens(said: Mapping[str, Any]) -> AccessTokens:
    return AccessTokens(
        audience=said["audience"],
        scopes={scope: frozenset(ours) for scope, ours in said.get("scopes", {}).items()},
        clients=said.get("clients", {}),
        second_factor=_second_factor(said.get("second_factor", {})),
    )


def _second_factor(said: Mapping[str, Any]) -> SecondFactorRule:
    return SecondFactorRule(acr=frozenset(said.get("acr", ())), amr=frozenset(said.get("amr", ())))


def _with_port(host: str) -> str:
    return host if ":" in host else f"{host}:443"


def _is_in_all_languages(title: Any) -> bool:
    return isinstance(title, Mapping) and set(title) == set(LANGUAGES) and all(map(_is_text, title.values()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
