"""Boxed expressions of a DMN file: tables, contexts, invocations and the like (DMN 1.5, chapters 8 and 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest

from lxml import etree

from engine.diagnostics import Diagnostic
from engine.dmn.model import (
    BoxedContext,
    BoxedExpression,
    BoxedFilter,
    BoxedIteration,
    BoxedList,
    Conditional,
    ContextEntry,
    DecisionTable,
    FunctionDefinition,
    Invocation,
    LiteralExpression,
    Relation,
    Rule,
    Spot,
    TableInput,
    TableOutput,
    Text,
    Variable,
)

HIT_POLICIES = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
MOST_ENTRIES = 1000
"""Of a boxed context: each entry sees the names of all before it."""
AGGREGATIONS = frozenset({"SUM", "COUNT", "MIN", "MAX"})


def line_of(node: etree._Element) -> int | None:
    """The line of an element, from 1."""
    line: object = node.sourceline
    return line if isinstance(line, int) else None


class BoxedReader:
    """Reads elements of one namespace and gathers the faults met."""

    def __init__(self, namespace: str, file: str | None, language: str | None = None) -> None:
        self._prefix = f"{{{namespace}}}"
        self._language = language
        self._where: list[str] = []
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self._boxes: dict[str, Callable[[etree._Element], BoxedExpression]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "list": self._list,
            "relation": self._relation,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iteration,
            "some": self._iteration,
            "every": self._iteration,
        }

    # --- elements ------------------------------------------------------------------------------------------------

    def local(self, node: etree._Element) -> str:
        """The name of an element of DMN; empty for any other node."""
        tag = str(node.tag)  # a comment's tag is a function
        return tag[len(self._prefix) :] if tag.startswith(self._prefix) else ""

    def all(self, node: etree._Element, name: str) -> Iterator[etree._Element]:
        """Children of one name."""
        return (child for child in node if self.local(child) == name)

    def child(self, node: etree._Element, name: str) -> etree._Element | None:
        """The first child of one name."""
        return next(self.all(node, name), None)

    @contextmanager
    def within(self, what: str, name: str) -> Iterator[None]:
        """Read a part of the model that messages name: "decision `Fee`", "rule 2"."""
        self._where.append(f"{what} `{name}`" if what and name else what)
        try:
            yield
        finally:
            self._where.pop()

    def spot(self, node: etree._Element) -> Spot:
        """Place, line and id; the id of the nearest parent that has one."""
        holder: etree._Element | None = node
        while holder is not None and holder.get("id") is None:
            holder = holder.getparent()
        return Spot(None if holder is None else holder.get("id"), line_of(node), self._place())

    def _place(self) -> str:
        return ", ".join(part for part in self._where if part)

    def own_spot(self, node: etree._Element) -> Spot:
        """Id and line of an element that others refer to."""
        return Spot(node.get("id"), line_of(node), self._place())

    def name(self, node: etree._Element) -> str:
        """The name of an element, with single spaces."""
        return " ".join((node.get("name") or "").split())

    def type_ref(self, node: etree._Element) -> str | None:
        """The type that an element names, as attribute (1.2 on) or child element (1.1)."""
        child = self.child(node, "typeRef")
        found = node.get("typeRef") or (None if child is None else child.text)
        return " ".join(found.split()) if found and found.strip() else None

    def text_of(self, node: etree._Element | None) -> Text | None:
        """The `text` within an element."""
        if node is None:
            return None
        text = self.child(node, "text")
        told = (text.text if text is not None else node.text) or ""
        return Text(told, self.spot(node), node.get("expressionLanguage") or self._language)

    def fault(self, rule: str, message: str, spot: Spot, remedy: str = "Mend the model.") -> None:
        """Note what stands against the file."""
        if spot.place:
            message = f"{spot.place[0].upper()}{spot.place[1:]}: {message}"
        found = Diagnostic(rule, message, remedy, element_id=spot.element_id, line=spot.line, file=self.file)
        self.diagnostics.append(found)

    # --- boxes ---------------------------------------------------------------------------------------------------

    def boxed_child(self, node: etree._Element | None) -> BoxedExpression | None:
        """The first boxed expression within an element; None when there is none."""
        if node is None:
            return None
        for child in node:
            read = self._boxes.get(self.local(child))
            if read is not None:
                return read(child)
        return None

    def _box(self, node: etree._Element) -> BoxedExpression | None:
        read = self._boxes.get(self.local(node))
        return None if read is None else read(node)

    def _literal(self, node: etree._Element) -> LiteralExpression:
        text = self.text_of(node)
        language = node.get("expressionLanguage") or self._language
        return LiteralExpression(self.spot(node), text.text if text else "", self.type_ref(node), language)

    def _table(self, node: etree._Element) -> DecisionTable:
        spot = self.spot(node)
        policy = node.get("hitPolicy") or "UNIQUE"
        aggregation = node.get("aggregation")
        if policy not in HIT_POLICIES:
            self.fault("hit-policy", f"Expected a hit policy of DMN, found `{policy}`.", spot)
        if aggregation is not None and aggregation not in AGGREGATIONS:
            self.fault("aggregation", f"Expected SUM, COUNT, MIN or MAX, found `{aggregation}`.", spot)
        inputs = tuple(self._input(part) for part in self.all(node, "input"))
        outputs = tuple(self._output(part) for part in self.all(node, "output"))
        columns = [part.get("name") or "" for part in self.all(node, "annotation")]
        rules: list[Rule] = []
        for index, part in enumerate(self.all(node, "rule"), 1):
            with self.within(f"rule {index}", ""):
                rules.append(self._rule(part, inputs, outputs, columns))
        if not outputs:
            self.fault("no-output", "Expected at least one output in the decision table.", spot)
        names = [output.name for output in outputs]
        if len(outputs) > 1 and (len(set(names)) < len(names) or not all(names)):
            told = ", ".join(f"`{name}`" for name in names[:20])
            problem = f"Expected a name of its own for each of {len(names)} outputs, found {told}."
            self.fault("output-name", problem, spot, "Name each output column.")
        return DecisionTable(spot, policy, aggregation, inputs, outputs, tuple(rules), self.type_ref(node))

    def _input(self, node: etree._Element) -> TableInput:
        with self.within("input", node.get("label") or ""):
            return self._input_within(node)

    def _input_within(self, node: etree._Element) -> TableInput:
        expression = self.child(node, "inputExpression")
        text = self.text_of(expression) or Text("", self.spot(node))
        type_ref = None if expression is None else self.type_ref(expression)
        label = node.get("label") or " ".join(text.text.split())
        return TableInput(self.spot(node), label, text, type_ref, self.text_of(self.child(node, "inputValues")))

    def _output(self, node: etree._Element) -> TableOutput:
        with self.within("output", self.name(node)):
            return TableOutput(
                self.spot(node),
                self.name(node),
                self.type_ref(node),
                self.text_of(self.child(node, "outputValues")),
                self.text_of(self.child(node, "defaultOutputEntry")),
            )

    def _rule(
        self, node: etree._Element, inputs: Sequence[TableInput], outputs: Sequence[TableOutput], columns: list[str]
    ) -> Rule:
        spot = self.spot(node)
        tests = self._texts(node, "inputEntry", [f"input `{column.label}`" for column in inputs])
        answers = self._texts(node, "outputEntry", [f"output `{column.name}`" for column in outputs])
        if len(tests) != len(inputs) or len(answers) != len(outputs):
            found = f"{len(tests)} and {len(answers)}"
            wanted = f"{len(inputs)} inputs and {len(outputs)} outputs"
            self.fault("rule-width", f"Expected {wanted} in the rule, found {found}.", spot)
        texts = [text.text.strip() for text in self._texts(node, "annotationEntry")]
        description = self.child(node, "description")
        notes = list(zip([*columns, *[""] * len(texts)], texts, strict=False))
        if description is not None and description.text:
            notes.append(("description", description.text.strip()))
        return Rule(spot, tests, answers, tuple(note for note in notes if note[1]))

    def _texts(self, node: etree._Element, name: str, columns: Sequence[str] = ()) -> tuple[Text, ...]:
        texts: list[Text] = []
        for part, column in zip_longest(list(self.all(node, name)), columns):
            if part is None:
                break
            with self.within((column or "").replace(" ``", ""), ""):
                text = self.text_of(part)
            if text is not None:
                texts.append(text)
        return tuple(texts)

    def _context(self, node: etree._Element) -> BoxedContext:
        entries: list[ContextEntry] = []
        for entry in self.all(node, "contextEntry"):
            variable = self.child(entry, "variable")
            named = None if variable is None else Variable(self.name(variable), self.type_ref(variable))
            with self.within("entry" if named else "result of the context", named.name if named else ""):
                entries.append(ContextEntry(named, self.boxed_child(entry)))
        if len(entries) > MOST_ENTRIES:
            problem = f"Expected at most {MOST_ENTRIES} entries of a context, found {len(entries)}."
            self.fault("too-many-entries", problem, self.spot(node), "Use a list or a relation.")
        return BoxedContext(self.spot(node), tuple(entries), self.type_ref(node))

    def _invocation(self, node: etree._Element) -> Invocation:
        callee = self.text_of(self.child(node, "literalExpression")) or Text("", self.spot(node))
        bindings: list[tuple[str, BoxedExpression | None]] = []
        for binding in self.all(node, "binding"):
            parameter = self.child(binding, "parameter")
            if parameter is not None:
                with self.within("argument", self.name(parameter)):
                    bindings.append((self.name(parameter), self.boxed_child(binding)))
        return Invocation(self.spot(node), callee, tuple(bindings), self.type_ref(node))

    def function(self, node: etree._Element) -> FunctionDefinition:
        """A function definition, boxed or of a business knowledge model."""
        parameters = tuple(Variable(self.name(part), self.type_ref(part)) for part in self.all(node, "formalParameter"))
        kind = node.get("kind") or "FEEL"
        return FunctionDefinition(self.spot(node), kind, parameters, self.boxed_child(node), self.type_ref(node))

    def _list(self, node: etree._Element) -> BoxedList:
        items = tuple(self._box(part) for part in node if self.local(part) in self._boxes)
        return BoxedList(self.spot(node), items, self.type_ref(node))

    def _relation(self, node: etree._Element) -> Relation:
        columns = tuple(self.name(part) for part in self.all(node, "column"))
        types = tuple(self.type_ref(part) for part in self.all(node, "column"))
        rows: list[tuple[BoxedExpression | None, ...]] = []
        for index, row in enumerate(self.all(node, "row"), 1):
            with self.within(f"row {index}", ""):
                rows.append(tuple(self._box(part) for part in row if self.local(part) in self._boxes))
                if len(rows[-1]) != len(columns):
                    problem = f"Expected {len(columns)} cells in the row, found {len(rows[-1])}."
                    self.fault("row-width", problem, self.spot(row))
        return Relation(self.spot(node), columns, tuple(rows), self.type_ref(node), types)

    def _conditional(self, node: etree._Element) -> Conditional:
        condition, then, otherwise = (self.boxed_child(self.child(node, name)) for name in ("if", "then", "else"))
        return Conditional(self.spot(node), condition, then, otherwise, self.type_ref(node))

    def _filter(self, node: etree._Element) -> BoxedFilter:
        source, match = (self.boxed_child(self.child(node, name)) for name in ("in", "match"))
        return BoxedFilter(self.spot(node), source, match, self.type_ref(node))

    def _iteration(self, node: etree._Element) -> BoxedIteration:
        kind = self.local(node)
        body = self.child(node, "return" if kind == "for" else "satisfies")
        source = self.boxed_child(self.child(node, "in"))
        variable = " ".join((node.get("iteratorVariable") or "").split())
        return BoxedIteration(self.spot(node), kind, variable, source, self.boxed_child(body), self.type_ref(node))
