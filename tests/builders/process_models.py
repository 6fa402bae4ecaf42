"""Models for tests that must hold for every model: one or more of each construct, mixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.builders.a_model import Drawing, a_process

Model = Callable[[], Sequence[Drawing]]


def _chain() -> Sequence[Drawing]:
    return [a_process().start().user_task("a").script("s", "=1", "x").service_task("b").user_task("c").end()]


def _loop_with_timer() -> Sequence[Drawing]:
    model = a_process().start().exclusive("m").user_task("work").exclusive("again").at("again", when="=n < 4").to("m")
    model.at("again", otherwise=True).end()
    model.boundary("late", on="work", cycle="R2/PT1H", interrupting=False).user_task("remind").end("reminded")
    return [model.boundary("stop", on="work", message="stop", key='="k"').end("stopped")]


def _parallel() -> Sequence[Drawing]:
    model = a_process().start().parallel("f").at("f").user_task("a").parallel("j").user_task("z").end()
    return [model.at("f").user_task("b").to("j").at("f").service_task("c").to("j")]


def _surplus() -> Sequence[Drawing]:
    model = a_process().start().parallel("f").at("f").user_task("a").exclusive("m").parallel("j").user_task("z").end()
    model.at("f").user_task("b").to("m").at("f").user_task("c").exclusive("o").to("j")
    return [model.at("f").user_task("d").to("o")]


def _inclusive() -> Sequence[Drawing]:
    model = a_process().start().inclusive("f").at("f", when="=true").user_task("a").inclusive("j").user_task("z").end()
    model.at("f", when="=n < 2").user_task("b").exclusive("turn").at("turn", when="=n > 2").to("j")
    return [model.at("turn", otherwise=True).end("away").at("f", when="=n = null").user_task("c").to("j")]


def _inclusive_loop() -> Sequence[Drawing]:
    model = a_process().start().inclusive("j").user_task("a").inclusive("f").at("f", when="=n < 3").to("j")
    return [model.at("f", when="=n > 1").user_task("b").end("e1").at("f", otherwise=True).end()]


def _race() -> Sequence[Drawing]:
    model = a_process().start().event_based("g").at("g").catch("m", message="m", key="=1").user_task("a").end()
    model.at("g").catch("t", duration="P1D").user_task("b").end("e2")
    return [model.at("g").catch("s", signal="s").to("a")]


def _scopes() -> Sequence[Drawing]:
    def inner(body: Drawing) -> None:
        body.start("is").parallel("if").at("if").user_task("i1").end("ie1").at("if").service_task("i2").end("ie2")
        body.event_sub_process("ih", lambda h: h.start("hs", error="E").user_task("handle").end("he"))

    model = a_process().start().sub_process("sub", inner, inputs={"x": "=n"}, outputs={"y": "=x"}).user_task("z").end()
    model.boundary("late", on="sub", duration="P1D").user_task("o").end("overdue")
    model.event_sub_process(
        "note", lambda h: h.start("ns", message="note", key="=1", interrupting=False).user_task("read").end("ne")
    )
    return [model.event_sub_process("quit", lambda h: h.start("qs", signal="s").user_task("bye").end("qe"))]


def _calls() -> Sequence[Drawing]:
    called = a_process("called").start("cs").user_task("inside").exclusive("bad").at("bad", when="=n > 2")
    called.end("cx", error="E").at("bad", otherwise=True).end("ce")
    model = a_process().start().call("call", "called", each="=[1,2,3]", as_="e", collect=("ns", "=n")).user_task("z")
    model.end().boundary("caught", on="call", error="E").user_task("mend").end("mended")
    return [model, called]


def _each() -> Sequence[Drawing]:
    model = a_process().start().user_task("p", each="=[1,2,3]", as_="e", collect=("r", "=n")).end()
    return [model.boundary("late", on="p", duration="P1D").end("overdue")]


def _each_in_a_row() -> Sequence[Drawing]:
    def inner(body: Drawing) -> None:
        body.start("is").user_task("i").service_task("j").end("ie")

    model = a_process().start()
    model.sub_process("p", inner, each="=[1,2,3]", as_="e", sequential=True, until="=n = 4", collect=("r", "=n"))
    return [model.user_task("z").end()]


def _escalations() -> Sequence[Drawing]:
    def inner(body: Drawing) -> None:
        body.start("is").user_task("i").throw("t", escalation="late").user_task("j").end("ie", terminate=True)

    model = a_process().start().sub_process("sub", inner).throw("s", signal="s").end()
    model.boundary("edge", on="sub", escalation="late", interrupting=False).catch("w", signal="s").end("e2")
    return [model]


def _terminate() -> Sequence[Drawing]:
    model = a_process().start().parallel("f").at("f").user_task("a").exclusive("g").at("g", when="=n > 4")
    model.end("stop", terminate=True).at("g", otherwise=True).end()
    model.event_sub_process("sub", lambda h: h.start("hs", signal="s").user_task("h").end("t", terminate=True))
    return [model.at("f").user_task("b").throw("s", signal="s").user_task("c").end("e3")]


def _faults() -> Sequence[Drawing]:
    model = a_process().start().user_task("a").exclusive("g").at("g", when="=n > 2").service_task("b").end()
    return [model.at("g", when="=n < 2").parallel("never").end("e2").flow("b", "never")]


def _links() -> list[Drawing]:
    return [
        a_process()
        .start()
        .user_task("a")
        .throw("there", link="x")
        .node("intermediateCatchEvent", "here", link="x")
        .user_task("b")
        .end()
    ]


MODELS: dict[str, Model] = {
    "chain": _chain,
    "loop with timer": _loop_with_timer,
    "parallel": _parallel,
    "surplus tokens": _surplus,
    "inclusive": _inclusive,
    "inclusive loop": _inclusive_loop,
    "race": _race,
    "scopes": _scopes,
    "calls": _calls,
    "each": _each,
    "each in a row": _each_in_a_row,
    "escalations": _escalations,
    "terminate": _terminate,
    "faults": _faults,
    "links": _links,
}
