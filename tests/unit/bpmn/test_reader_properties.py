"""Whatever bytes come in: a model without loss, or a refusal; never another exception, never a long time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.inspect import describe
from engine.bpmn.lint import lint
from engine.bpmn.reader import read_bpmn
from engine.bpmn.vocabulary import ATTRIBUTES, HELD, LEFT_IN_THE_FILE, NOT_READ, PARTS
from engine.diagnostics import ModelRefused
from tests.builders.a_model import BPMN, CAMUNDA, ZEEBE, a_process

KINDS = st.sampled_from([*sorted(HELD | PARTS | LEFT_IN_THE_FILE | NOT_READ), "tusk"])
EXTENSIONS = st.sampled_from(
    "z:taskDefinition z:ioMapping z:input z:userTask z:formDefinition z:assignmentDefinition z:calledElement "  # noqa: SIM905
    "z:loopCharacteristics z:script z:subscription z:properties z:property c:inputOutput c:inputParameter c:in "
    "c:properties c:formData c:taskListener x:style".split()
)
NAMES = st.sampled_from(
    [*sorted(ATTRIBUTES), "c:type", "c:topic", "c:class", "c:collection", "z:x", "source", "target"]
)
VALUES = st.sampled_from(
    ["", "a", "b", "process", "true", "x y", "=a > 1", "${a}", "${a.b(", "P1D", "-1", "all", "=(", "feel"]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> str:
    """An element with anything in it, well-formed but hardly ever sound."""
    tag = draw(st.one_of(KINDS, EXTENSIONS))
    written = draw(st.dictionaries(NAMES, VALUES, max_size=4))
    attributes = "".join(f' {name}="{value.replace(">", "&gt;")}"' for name, value in written.items())
    inside = "".join(draw(st.lists(elements(depth - 1), max_size=3))) if depth else draw(VALUES).replace(">", "&gt;")
    return f"<{tag}{attributes}>{inside}</{tag}>"


def survives(data: bytes) -> None:
    try:
        definitions, findings = read_bpmn(data)
    except ModelRefused:
        return
    assert all(found.message and "\n" not in str(found) for found in findings)
    lint(definitions)
    describe(definitions)


@given(st.lists(elements(), max_size=4))
@settings(max_examples=100, deadline=None)
def test_well_formed_nonsense_is_read_or_refused(inside: list[str]) -> None:
    head = f'<definitions xmlns="{BPMN}" xmlns:z="{ZEEBE}" xmlns:c="{CAMUNDA}" xmlns:x="urn:x">'

    survives(f'{head}<process id="process" isExecutable="true">{"".join(inside)}</process></definitions>'.encode())


SOUND = (
    a_process()
    .start()
    .user_task("u", queue="a:b", inputs={"x": "=y"})
    .sub_process("s", lambda i: i.start("b").script("c", "=1").end("d"), each="=items")
    .boundary("late", on="u", duration="P1D")
    .end()
    .xml()
)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 40), st.binary(max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_sound_file_with_bytes_changed_is_read_or_refused(at: int, length: int, replacement: bytes) -> None:
    survives(SOUND[:at] + replacement + SOUND[at + length :])


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused(data: bytes) -> None:
    survives(data)
