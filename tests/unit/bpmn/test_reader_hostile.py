"""Files made to harm: each is refused with a clear reason, or read within bounds; nothing is fetched."""

from __future__ import annotations

import time

import pytest

from engine.bpmn.reader import XmlLimits, read_bpmn
from engine.diagnostics import Diagnostic, ModelRefused
from tests.builders.a_model import BPMN, a_process, a_straight_process

OPEN = f'<definitions xmlns="{BPMN}"><process id="p">'
CLOSE = "</process></definitions>"
MANY_ATTRIBUTES = " ".join(f"a{number}=''" for number in range(200_000))


def refusal_of(data: bytes | str, limits: XmlLimits | None = None) -> Diagnostic:
    with pytest.raises(ModelRefused) as caught:
        read_bpmn(data if isinstance(data, bytes) else data.encode(), file="h.bpmn", limits=limits)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.file == "h.bpmn"
    assert diagnostic.remedy
    return diagnostic


def entities(levels: int) -> str:
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels))]
    return f'<!DOCTYPE definitions [{"".join(lines)}]>{OPEN}<task name="&a{levels - 1};"/>{CLOSE}'


@pytest.mark.parametrize(
    "data",
    [
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{OPEN}<documentation>&x;</documentation>{CLOSE}',
        f'<!DOCTYPE d SYSTEM "file:///etc/passwd">{OPEN}{CLOSE}',
        f'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">{OPEN}{CLOSE}',
        f'<!DOCTYPE d PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">{OPEN}{CLOSE}',
        f'<!DOCTYPE d [<!ENTITY x "y">]>{OPEN}<task name="&x;"/>{CLOSE}',
        f'<!DOCTYPE d [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>{OPEN}{CLOSE}',
        entities(10),
        f'<!DOCTYPE d [<!ENTITY x "{"y" * 50_000}">]>{OPEN}<documentation>{"&x;" * 180}</documentation>{CLOSE}',
        f"<!DOCTYPE definitions>{OPEN}{CLOSE}",
        f"<?xml version='1.0'?>\n<!-- first -->\n<!DOCTYPE definitions>{OPEN}{CLOSE}",
    ],
    ids=[
        "external entity",
        "external DTD by file",
        "external DTD by http",
        "public DTD",
        "internal entity",
        "parameter entity",
        "billion laughs",
        "one large entity often",
        "bare doctype",
        "doctype after a comment",
    ],
)
def test_document_types_and_entities_are_refused(data: str) -> None:
    assert refusal_of(data).rule == "xml-doctype"


def test_a_document_type_is_refused_in_utf_16_too() -> None:
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY x "y">]>{OPEN}{CLOSE}'

    assert refusal_of(text.encode("utf-16")).rule == "xml-doctype"


def test_the_word_doctype_in_a_text_is_no_document_type() -> None:
    read_bpmn(f"{OPEN}<documentation><![CDATA[<!DOCTYPE html>]]></documentation>{CLOSE}".encode())


def test_an_inclusion_is_not_followed_but_reported() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'

    definitions, findings = read_bpmn(f"{OPEN}{include}{CLOSE}".encode())

    assert [found.rule for found in findings] == ["foreign-element"]
    assert "root:" not in repr(definitions)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "file-empty"),
        (b"  \n", "file-empty"),
        (b"PK\x03\x04 a zip", "not-xml"),
        (b"{}", "not-xml"),
        (b"<definitions", "not-xml"),
        (f"{OPEN}<task>{CLOSE}".encode(), "not-xml"),
        (f"{OPEN}<task name='\x00'/>{CLOSE}".encode(), "not-xml"),
        (f"{OPEN}<task name='&#0;'/>{CLOSE}".encode(), "not-xml"),
        (f"{OPEN}<task name='&nbsp;'/>{CLOSE}".encode(), "not-xml"),
        (f"{OPEN}<task name='".encode() + b"\xff'/>" + CLOSE.encode(), "not-xml"),
        (f'<?xml version="1.0" encoding="cp037"?>{OPEN}{CLOSE}'.encode(), "not-xml"),
        (f'<?xml version="1.0" encoding="koi8-r"?>{OPEN}{CLOSE}'.encode(), "xml-encoding"),
        (OPEN.encode() + b"<task>" * 300 + b"</task>" * 300 + CLOSE.encode(), "not-xml"),
        (f"{OPEN}<documentation>{'x' * 12_000_000}</documentation>{CLOSE}".encode(), "file-too-large"),
        (f"{OPEN}{'<a/>' * 210_000}{CLOSE}".encode(), "file-too-large"),
        (f"{OPEN}<task {MANY_ATTRIBUTES}/>{CLOSE}".encode(), "file-too-large"),
        (b"<html/>", "not-bpmn"),
        (f'<process xmlns="{BPMN}"/>'.encode(), "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not-bpmn"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "other-bpmn-version"),
        (b'<Package xmlns="http://www.wfmc.org/2008/XPDL2.1"/>', "other-bpmn-version"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, rule: str) -> None:
    assert refusal_of(data).rule == rule


def test_a_fault_of_the_xml_is_told_with_its_line() -> None:
    assert refusal_of(f"{OPEN}\n\n<task>\n{CLOSE}").line == 4


def test_two_hundred_nested_sub_processes_are_refused() -> None:
    found = refusal_of(OPEN + "<subProcess>" * 200 + "</subProcess>" * 200 + CLOSE)

    assert found.rule == "nested-too-deep"


def test_fifty_nested_sub_processes_are_read() -> None:
    definitions, _ = read_bpmn((OPEN + "<subProcess>" * 50 + "</subProcess>" * 50 + CLOSE).encode())

    assert len(list(definitions.processes["p"].scope.walk())) == 50


def test_more_flow_nodes_than_the_limit_are_refused() -> None:
    assert refusal_of(a_straight_process(300), XmlLimits(elements=100)).rule == "too-many-elements"


def test_more_elements_than_eight_times_the_limit_are_refused() -> None:
    flows = '<sequenceFlow sourceRef="t" targetRef="t"/>' * 80

    assert refusal_of(f'{OPEN}<task id="t"/>{flows}{CLOSE}', XmlLimits(elements=10)).rule == "too-many-elements"


def test_more_than_a_thousand_extensions_of_one_element_are_an_error() -> None:
    extensions = '<x xmlns="urn:x"/>' * 1_001

    _, findings = read_bpmn(f"{OPEN}<extensionElements>{extensions}</extensionElements>{CLOSE}".encode())

    assert [found.rule for found in findings] == ["too-many-extensions", "foreign-extension"]


def test_a_quote_in_a_reference_reaches_no_query() -> None:
    xml = f"{OPEN}<task id=\"t\"/><sequenceFlow id='f' sourceRef='t' targetRef=\"x'] | //*[@id='t\"/>{CLOSE}"

    definitions, findings = read_bpmn(xml.encode())

    assert [found.rule for found in findings] == ["dangling-reference"]
    assert definitions.processes["p"].scope.nodes["t"].incoming == ()


def test_a_second_message_with_the_same_id_replaces_nothing() -> None:
    xml = f'<definitions xmlns="{BPMN}"><message id="m" name="one"/><message id="m" name="two"/></definitions>'

    definitions, findings = read_bpmn(xml.encode())

    assert [message.name for message in definitions.messages.values()] == ["one", "two"]
    assert [found.rule for found in findings] == ["duplicate-id"]


def test_markup_and_line_ends_in_names_stay_text_and_forge_no_line_of_a_log() -> None:
    xml = f'{OPEN}<task id="t" name="&lt;b&gt;&#10;ERROR all is lost"/><task id="a&#10;ERROR b"/>{CLOSE}'

    definitions, findings = read_bpmn(xml.encode())

    assert definitions.processes["p"].scope.nodes["t"].name == "<b>\nERROR all is lost"
    assert all("\n" not in str(found) for found in findings)


def test_other_scripts_and_four_byte_characters_are_kept() -> None:
    xml = a_process(name="Vəsiqə \U0001f600 \u202eשלום").start().end().xml()

    definitions, findings = read_bpmn(xml)

    assert definitions.processes["process"].name == "Vəsiqə \U0001f600 \u202eשלום"
    assert findings == ()


def test_a_file_of_the_largest_size_is_read_in_a_bounded_time() -> None:
    xml = a_straight_process(5_000).replace(
        b"</bpmn:definitions>", b"<!--" + b"x" * 3_000_000 + b"--></bpmn:definitions>"
    )

    begin = time.perf_counter()
    read_bpmn(xml)

    assert time.perf_counter() - begin < 10
