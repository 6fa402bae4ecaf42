"""Identity providers as an operator describes them: typed values, checked when they are read (`providers_file`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRule:
    """Who gets which duties."""

    duties: frozenset[str]
    """As `engine.casework.duty` writes them."""
    claim: str = ""
    """A claim's name, or a JSON pointer to a member of one (RFC 6901); empty for everybody the provider knows."""
    values: frozenset[str] = frozenset()
    """The claim is one of these, or a list that holds one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRule:
    """By which words in an ID token or access token the provider says that a second factor was used."""

    acr: frozenset[str] = frozenset()
    """Authentication context classes (OpenID Connect Core, 2); the token's must be one of them."""
    amr: frozenset[str] = frozenset()
    """Authentication methods (RFC 8176); one of them must be among the token's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How people sign in with a provider."""

    client_id: str
    client_secret: str = ""
    """A name of a secret; empty for a client that has none and proves itself by PKCE alone."""
    secret_in_form: bool = False
    """Whether the secret is sent in the body (`client_secret_post`) instead of the header."""
    scopes: tuple[str, ...] = ("openid",)
    userinfo: bool = False
    """Whether claims are read from the UserInfo endpoint, too."""
    makes_accounts: bool = False
    """Whether somebody unknown gets an account; else an operator links one first."""
    joins_by_pin: bool = False
    """Whether somebody unknown gets the account that bears her personal number already."""
    max_age: timedelta | None = None
    """The person must have proved herself at the provider at most so long ago."""
    session: timedelta | None = None
    """How long after that a session here ends; None for what holds for all sessions."""
    acr_values: tuple[str, ...] = ()
    """Asked of the provider, the most wished first."""
    second_factor: SecondFactorRule = field(default_factory=SecondFactorRule)
    name_claim: str = "name"
    pin_claim: str = ""
    tin_claim: str = ""
    rules: tuple[DutyRule, ...] = ()
    after_sign_out: str = ""
    """Where the provider sends the browser after its own sign-out; registered there. Empty leaves it there."""

    @property
    def oldest_proof(self) -> timedelta | None:
        """How long ago somebody may have proved herself at most: a session that is over at once helps nobody."""
        limits = [limit for limit in (self.max_age, self.session) if limit is not None]
        return min(limits, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokens:
    """What access tokens of a provider are taken (RFC 9068)."""

    audience: str
    """Us, as the provider knows us."""
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The provider's scopes, each with ours; one that is not named is none."""
    clients: Mapping[str, str] = field(default_factory=dict)
    """Programs: the `client_id` of each, with the sign-in name of its account here."""
    second_factor: SecondFactorRule = field(default_factory=SecondFactorRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider."""

    key: str
    """Our name for it: identities of different providers are apart by it."""
    title: Mapping[str, str]
    """By language, as people choose it."""
    issuer: str
    is_inner: bool = False
    """Whether it may lie in a private network, and be called without TLS."""
    hosts: frozenset[str] = frozenset()
    """All hosts of it that may be called, as host:port; the issuer's among them."""
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    sign_in: SignIn | None = None
    access_tokens: AccessTokens | None = None

    @property
    def metadata_address(self) -> str:
        """Where it describes itself (OpenID Connect Discovery, 4)."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"


class Providers:
    """All that are known, in the order of the file."""

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._by_key = {one.key: one for one in providers}
        self._by_issuer = {one.issuer: one for one in self._by_key.values()}

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_key.values())

    def for_sign_in(self, key: str) -> tuple[Provider, SignIn]:
        """A provider that people sign in with. Raises NotFound."""
        found = self._by_key.get(key)
        if found is None or found.sign_in is None:
            raise NotFound.of("identity provider", key)
        return found, found.sign_in

    def get(self, key: str | None) -> Provider | None:
        """A provider by our name for it; None when it is none, or was taken out of the file."""
        return None if key is None else self._by_key.get(key)

    def of_issuer(self, issuer: str) -> Provider | None:
        """A provider by the name it gives itself, letter by letter."""
        return self._by_issuer.get(issuer)
