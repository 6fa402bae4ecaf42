"""Texts over a real HTTP gateway: one for each key, whatever breaks; each refusal means what it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.casework.contact import Channel
from engine.casework.notice import Letter
from engine.connectors.contract import PartnerRefused, PartnerUnavailable
from engine.connectors.notice.mail import NotDelivered
from tests.builders.a_notice import a_letter
from tests.builders.an_sms_gateway import GatewayAt, an_sms_gateway


@pytest.fixture
def gateway() -> Iterator[GatewayAt]:
    """The simulated gateway."""
    with an_sms_gateway() as listening:
        yield listening


def a_text(address: str = "+994501234567") -> Letter:
    """A notice on its way by SMS."""
    return a_letter(Channel.sms, address, sms="Qərar: https://x.gov")


def test_a_text_is_sent_once_under_its_key(gateway: GatewayAt) -> None:
    letter = a_text()

    first, second = (gateway.sms().send(letter) for _ in range(2))

    (message,) = gateway.messages()
    assert first == second == message["message_id"]
    assert (message["to"], message["text"]) == ("+994501234567", "Qərar: https://x.gov")
    assert (message["reference"], message["times"]) == (letter.delivery.id, 2)


@pytest.mark.parametrize("mode", ["hang", "garbage"])
def test_a_text_that_was_taken_without_an_answer_is_not_sent_twice(gateway: GatewayAt, mode: str) -> None:
    letter = a_text()
    gateway.switch(mode=mode, count=1)
    with pytest.raises(PartnerUnavailable):
        gateway.sms(read_seconds=0.3).send(letter)

    gateway.switch(mode="ok")
    gateway.sms().send(letter)

    assert [message["times"] for message in gateway.messages()] == [2]


@pytest.mark.parametrize("mode", ["fail", "busy"])
def test_a_gateway_that_is_down_or_busy_is_asked_again(gateway: GatewayAt, mode: str) -> None:
    gateway.switch(mode=mode)
    with pytest.raises(PartnerUnavailable) as away:
        gateway.sms().send(a_text())
    assert away.value.retry_after_seconds == {"fail": 2, "busy": 3}[mode]
    assert gateway.messages() == []


def test_a_number_that_takes_nothing_ends_the_delivery(gateway: GatewayAt) -> None:
    gateway.switch(mode="refuse")
    with pytest.raises(NotDelivered) as refused:
        gateway.sms().send(a_text())
    assert refused.value.code == "number-unreachable"


def test_a_wrong_key_and_a_missing_one_are_for_the_operator(gateway: GatewayAt) -> None:
    with pytest.raises(PartnerRefused, match="401"):
        gateway.sms(key="wrong").send(a_text())
    with pytest.raises(PartnerRefused, match="sms-key"):
        gateway.sms(key=None).send(a_text())  # type: ignore[arg-type]
    gateway.sms().check()
