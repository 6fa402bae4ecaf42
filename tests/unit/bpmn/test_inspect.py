"""The description of a model: one row an element, with what matters most about it."""

from __future__ import annotations

from engine.bpmn.inspect import Row, describe
from engine.bpmn.inventory import count
from engine.bpmn.reader import read_bpmn
from tests.builders.a_model import Drawing, a_process


def rows_of(process: Drawing) -> dict[str, Row]:
    return {row.id: row for row in describe(read_bpmn(process.xml())[0])}


def test_every_element_of_the_file_has_a_row() -> None:
    process = (
        a_process().start().task("t", each="=a").sub_process("s", lambda i: i.start("b").end("c", error="E")).end()
    )
    definitions, _ = read_bpmn(process.xml())

    assert len(describe(definitions)) == sum(count(definitions).values())


def test_rows_stand_in_the_order_of_the_lines_with_type_name_and_scope() -> None:
    rows = describe(read_bpmn(a_process("p").start().sub_process("s", lambda i: i.start("b", name="Begin")).xml())[0])

    assert [row.line for row in rows] == sorted(row.line for row in rows)
    begin = next(row for row in rows if row.id == "b")
    assert (begin.type, begin.name, begin.scope) == ("startEvent", "Begin", "s")


def test_what_matters_is_told_in_the_words_of_the_dialect() -> None:
    rows = rows_of(
        a_process("p")
        .start()
        .user_task("u", queue="city:clerk", form="renewal", due="=soon")
        .service_task("l", "register", retries="5")
        .decision("d", "fee", "amount")
        .call("c", "payment")
        .exclusive("g")
        .at("g", when="=ok")
        .end("yes")
        .at("g", otherwise=True)
        .end("no")
        .boundary("b", on="u", duration="P10D", interrupting=False)
        .end("late", escalation="late")
    )

    assert rows["p"].meaning == "executable"
    assert rows["u"].meaning == "queue city:clerk, form renewal, due =soon"
    assert rows["l"].meaning == "connector register, retries 5"
    assert rows["d"].meaning == "decision fee -> amount"
    assert rows["c"].meaning == "process payment"
    assert rows["g"].meaning == "default g-no"
    assert rows["g-yes"].meaning == "g -> yes, when =ok"
    assert rows["b"].meaning == "beside u"
    assert (rows["b-timer"].meaning, rows["b-timer"].scope) == ("timeDuration P10D", "b")
    assert rows["late-escalation"].meaning == "escalation late"


def test_a_row_is_plain_json() -> None:
    assert rows_of(a_process("p"))["p"].to_json() == {
        "id": "p",
        "type": "process",
        "name": "",
        "line": 4,
        "scope": "",
        "meaning": "executable",
    }
