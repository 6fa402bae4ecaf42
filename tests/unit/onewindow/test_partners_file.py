"""The operator's file of partners: all faults at once, each with its place; secrets are names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.connectors.partners import Basic, Bearer, ClientCredentials, KeyHeader
from onewindow.partners_file import read_partners_file
from onewindow.settings_reader import BadSettings, Secret

SECRETS = {"cadastre-client": Secret("s3cret")}


def write(folder: Path, text: str) -> str:
    """A file of partners in a folder."""
    file = folder / "partners.yaml"
    file.write_text(text)
    return str(file)


def faults_of(folder: Path, text: str) -> dict[str, str]:
    """Places and messages of a file that is refused."""
    with pytest.raises(BadSettings) as caught:
        read_partners_file(write(folder, text), SECRETS)
    assert caught.value.remedy
    return {place.path: place.message for place in caught.value.places}


def test_without_a_file_there_are_no_partners() -> None:
    assert list(read_partners_file("", {}).partners) == []


def test_a_partner_has_address_sign_in_headers_and_operations(tmp_path: Path) -> None:
    api = {"openapi": "3.1.0", "paths": {"/parcels/{parcel}": {"get": {"operationId": "getParcel"}}}}
    (tmp_path / "cadastre.json").write_text(json.dumps(api))
    file = write(
        tmp_path,
        """
partners:
  cadastre:
    url: https://cadastre.example.gov/api/v1/
    openapi: cadastre.json
    headers: {X-Tenant: baku}
    authentication:
      kind: client-credentials
      token_url: https://login.example.gov/token
      client_id: onewindow
      client_secret: cadastre-client
      scope: parcels.read
      sent_in: form
""",
    )

    known = read_partners_file(file, SECRETS)

    partner = known.partners.get("cadastre")
    assert partner is not None
    assert partner.url == "https://cadastre.example.gov/api/v1"
    assert partner.headers == {"X-Tenant": "baku"}
    assert set(partner.operations) == {"getParcel"}
    assert isinstance(partner.authentication, ClientCredentials)
    assert partner.authentication.scope == "parcels.read"
    assert partner.authentication.in_form
    assert known.hosts == {"cadastre.example.gov:443", "login.example.gov:443"}
    assert known.inner_hosts == frozenset()


@pytest.mark.parametrize(
    ("authentication", "made"),
    [
        (
            "{kind: basic, user: onewindow, password: cadastre-client}",
            Basic(user="onewindow", password="cadastre-client"),
        ),
        ("{kind: bearer, token: cadastre-client}", Bearer(token="cadastre-client")),
        (
            "{kind: key, header: X-Api-Key, value: cadastre-client}",
            KeyHeader(header="X-Api-Key", value="cadastre-client"),
        ),
    ],
    ids=["basic", "bearer", "key"],
)
def test_each_way_to_sign_in(tmp_path: Path, authentication: str, made: object) -> None:
    text = f"partners: {{cadastre: {{url: 'http://c.internal:8091', inner: true, authentication: {authentication}}}}}"
    known = read_partners_file(write(tmp_path, text), SECRETS)
    partner = known.partners.get("cadastre")
    assert partner is not None
    assert partner.authentication == made
    assert known.inner_hosts == {"c.internal:8091"}


@pytest.mark.parametrize(
    ("said", "place", "message"),
    [
        ("{}", "/partners/c/url", "Missing data"),
        ("{url: 'ftp://c.example'}", "/partners/c/url", "Not a valid URL"),
        ("{url: 'https://c.example', colour: red}", "/partners/c/colour", "Unknown field"),
        ("{url: 'https://c.example', inner: 'yes'}", "/partners/c/inner", "Not a valid boolean"),
        ("{url: 'https://c.example', openapi: none.yaml}", "/partners/c", "cannot be read (No such file or directory)"),
        (
            "{url: 'https://c.example', authority: none.pem}",
            "/partners/c",
            "cannot be used (No such file or directory)",
        ),
        (
            "{url: 'https://c.example', authentication: {kind: magic}}",
            "/partners/c/authentication/kind",
            "Must be one of: basic, bearer, key, client-credentials",
        ),
        (
            "{url: 'https://c.example', authentication: {kind: basic, user: me}}",
            "/partners/c/authentication/password",
            "of the kind basic needs it",
        ),
        (
            "{url: 'https://c.example', authentication: {kind: bearer, token: cadastre-client, user: me}}",
            "/partners/c/authentication/user",
            "kind bearer does not know it",
        ),
        (
            "{url: 'https://c.example', authentication: {kind: bearer, token: unset}}",
            "/partners/c/authentication/token",
            "set ONEWINDOW_SECRET_UNSET, or ONEWINDOW_SECRET_UNSET_FILE",
        ),
        (
            "{url: 'http://c.example', authentication: {kind: bearer, token: cadastre-client}}",
            "/partners/c/url",
            "Keys go over https only",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, said: str, place: str, message: str) -> None:
    found = faults_of(tmp_path, f"partners: {{c: {said}}}")
    assert message in found[place], found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("partners: [", "no plain YAML"),
        ("partners: 7", "Not a valid mapping"),
        ("colleagues: {}", "Unknown field"),
        ("partners: {'Über Amt': {url: 'https://c.example'}}", "Write small letters, digits and hyphens"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in " ".join(faults_of(tmp_path, text).values())


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    one = "{url: 'https://a.example', authentication: {kind: bearer, token: unset}}"
    text = f"partners: {{a: {one}, b: {one}}}"
    assert set(faults_of(tmp_path, text)) == {
        "/partners/a/authentication/token",
        "/partners/b/authentication/token",
    }


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        read_partners_file(str(tmp_path / "none.yaml"), {})


def test_a_document_that_is_no_openapi_is_told_with_its_partner(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("swagger: '2.0'")
    found = faults_of(tmp_path, "partners: {c: {url: 'https://c.example', openapi: api.yaml}}")
    assert "partner c: Expected an OpenAPI document" in found["/partners/c"]
