"""Names of X-Road, what an operator lists, and what a model may say: pure."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.partner import partner_of
from engine.connectors.contract import PartnerRefused
from engine.connectors.partners import Bearer, ListedPartner
from engine.connectors.xroad import (
    ClientId,
    SecurityServer,
    ServiceId,
    XroadSettings,
    read_security_server,
)
from engine.connectors.xroad.identifiers import BadIdentifier
from engine.connectors.xroad.message import message_id, user_id
from engine.connectors.xroad.server import BadSecurityServer

PERSONS = "AZ/GOV/00000002/population/persons"
SERVER = SecurityServer(
    url="https://road.example", client=ClientId.parse("AZ/GOV/1/ours"), country="AZ",
    services={"persons": ServiceId.parse(PERSONS)},
)  # fmt: skip
LISTED = ListedPartner(
    name="road", kind="xroad", url="https://road.example", options={"client": "AZ/GOV/00000001/onewindow"}
)
CALL = {"service": "persons", "method": "GET", "path": "/persons/{pin}"}


@pytest.mark.parametrize("text", ["AZ/GOV/1/ours", "AZ/GOV/1"], ids=["subsystem", "member"])
def test_a_client_is_a_member_or_a_subsystem(text: str) -> None:
    assert str(ClientId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "AZ", "AZ/GOV", "AZ/GOV/1/ours/more", "AZ//1/ours", "AZ/GOV/../ours", "AZ/GOV/1/.", "AZ/GOV/1/a%2Fb",
     "AZ/GOV/1/a\\b", "AZ/GOV/1/a:b", "AZ/GOV/1/a;b", "AZ/GOV/1/a\nb", "AZ/GOV/1/ a", "AZ/GOV/1/a\u200bb",
     "AZ/GOV/1/" + "a" * 256],
)  # fmt: skip
def test_what_names_no_client_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        ClientId.parse(text)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["AZ/GOV/2/population", PERSONS + "/x", "AZ/GOV/2/population/"])
def test_a_service_has_five_parts(text: str) -> None:
    with pytest.raises(BadIdentifier):
        ServiceId.parse(text)


_PART = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(st.lists(_PART, min_size=5, max_size=5))
def test_an_identifier_that_is_taken_cannot_leave_its_place_in_an_address(parts: list[str]) -> None:
    try:
        service = ServiceId.parse("/".join(parts))
    except BadIdentifier:
        return
    encoded = service.encoded.split("/")
    assert len(encoded) == 5
    assert all(part.isascii() and part.strip(".") and not set(part) & set("?#\\ ") for part in encoded)


def test_each_attempt_has_an_id_of_its_own_that_can_be_made_again() -> None:
    ids = [message_id("key", "first"), message_id("key", "second"), message_id("other", "first")]
    assert len(set(ids)) == 3
    assert ids[0] == message_id("key", "first")
    assert uuid.UUID(ids[0]).version == 5


def test_the_user_is_a_country_and_a_number() -> None:
    assert user_id({"pin": "5FQ2K7M"}, "pin", "AZ") == "AZ5FQ2K7M"
    assert user_id({}, None, "AZ") is None


@pytest.mark.parametrize("value", [None, "", 5, "a b", "a\r\nX-Road-Client: x", "x" * 61, "ə"])
def test_what_is_no_number_of_a_person_is_refused(value: object) -> None:
    with pytest.raises(PartnerRefused) as caught:
        user_id({"pin": value}, "pin", "AZ")
    assert "pin" in caught.value.message
    assert caught.value.remedy


def test_an_entry_of_the_list_says_who_we_are_and_what_services_are_called() -> None:
    options = {**LISTED.options, "service.persons": PERSONS, "register.population": PERSONS}
    server = read_security_server(replace(LISTED, options=options), "AZ")
    assert (str(server.client), server.country) == ("AZ/GOV/00000001/onewindow", "AZ")
    assert str(server.services["persons"]) == str(server.registers["population"]) == PERSONS


def test_the_country_of_persons_may_be_another() -> None:
    assert read_security_server(replace(LISTED, options={**LISTED.options, "country": "EE"}), "AZ").country == "EE"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"options": {}}, "options/client"),
        ({"options": {"client": "AZ"}}, "options/client"),
        ({"options": {**LISTED.options, "country": "Azerbaijan"}}, "options/country"),
        ({"options": {**LISTED.options, "service.persons": "AZ/GOV"}}, "options/service.persons"),
        ({"options": {**LISTED.options, "register.A B": PERSONS}}, "options/register.A B"),
        ({"options": {**LISTED.options, "clinet": "x"}}, "options/clinet"),
        ({"authentication": Bearer(token="t")}, "authentication"),
        ({"headers": {"x-road-client": "AZ/GOV/1/evil"}}, "headers/x-road-client"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_place(changes: dict[str, object], place: str) -> None:
    with pytest.raises(BadSecurityServer) as caught:
        read_security_server(replace(LISTED, **changes), "AZ")
    assert place in [one.path for one in caught.value.places]


@pytest.mark.parametrize(
    "headers",
    [CALL, {**CALL, "service": PERSONS}, {**CALL, "purpose": "renewal", "legalBasis": "art. 30"}],
    ids=["name", "identifier", "look-up"],
)
def test_what_the_operator_leads_to_can_be_called(headers: dict[str, str]) -> None:
    assert XroadSettings(servers=[SERVER]).faults(headers) == ()


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"service": "person"}, "Did you mean persons?"),
        ({"service": "AZ/GOV/x"}, "INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE"),
        ({"purpose": "renewal"}, "'legalBasis'"),
        ({"path": "persons"}, "unexpected form"),
        ({"path": "/a/../b"}, "unexpected form"),
        ({"path": "//b"}, "unexpected form"),
        ({"path": "/a?b=c"}, "unexpected form"),
        ({"method": "TRACE"}, "one of GET"),
        ({"client": "AZ/GOV/1/evil"}, "does not know the header 'client'"),
        ({"url": "https://evil.example"}, "does not know the header 'url'"),
        ({"server": "other"}, "lists no service 'persons'"),
    ],
)
def test_what_cannot_be_called_is_told_before_deployment(headers: dict[str, str], fault: str) -> None:
    assert fault in " ".join(XroadSettings(servers=[SERVER]).faults({**CALL, **headers}))


def test_at_an_analysts_desk_only_the_form_is_checked() -> None:
    assert XroadSettings().faults({**CALL, "service": "unheard-of"}) == ()


def test_of_several_servers_a_task_names_one() -> None:
    two = XroadSettings(servers=[SERVER, replace(SERVER, name="other", services={})])
    assert "found 2 of other, xroad" in " ".join(two.faults({**CALL, "service": PERSONS}))
    assert two.faults({**CALL, "service": PERSONS, "server": "other"}) == ()


def test_a_service_in_trouble_leaves_the_others_of_the_security_server_alone() -> None:
    names = {partner_of("xroad", {**CALL, "service": one, "server": "road"}) for one in ("persons", PERSONS)}
    assert names == {"xroad persons", f"xroad {PERSONS}"}
