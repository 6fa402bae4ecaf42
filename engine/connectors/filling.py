"""Templates of analysts, checked at deployment and filled in a sandbox: of documents (HTML) and of notices (text).

A template sees the names it is told, and nothing of Python: no attributes, no calls but macros, loops and `range`, few
filters, bounded output. A fault is told with the file and the line. Everywhere else expressions are FEEL; why texts are
not is in docs/decisions/0017-jinja-writes-texts-feel-decides.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateError, TemplateRuntimeError, UndefinedError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from engine.connectors.told import told_day, told_moment
from engine.diagnostics import Diagnostic, Severity

_FILTERS: Final = (
    "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "groupby", "int", "join", "last",
    "length", "list", "lower", "map", "reject", "rejectattr", "replace", "round", "select", "selectattr", "sort",
    "string", "sum", "title", "trim", "unique", "upper",
)  # fmt: skip
_GLOBALS: Final = ("range",)


class TemplateFault(Exception):
    """A template cannot be filled; says in which line of which file."""

    def __init__(self, message: str, file: str, line: int | None) -> None:
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What templates of one kind see and may do. Safe to use from several threads."""

    seen: Mapping[str, frozenset[str] | None]
    """What a template sees, and what each of it has; None where that is not known before."""
    is_html: bool
    """Whether what is filled in is escaped for HTML."""
    most_characters: int
    """Of a filled template."""
    layouts: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """The templates that others may extend."""

    def inspect(self, source: str, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong with a template. Raises nothing."""
        environment = _Environment(self, file, source)
        try:
            tree = environment.parse(source, file, file)
            environment.compile(tree, file, file, raw=True)
        except TemplateSyntaxError as fault:
            return (_error("template-syntax", fault.message or "It cannot be read.", _SYNTAX, file, fault.lineno),)
        except RecursionError:
            return (_error("template-syntax", "It is nested too deeply.", _SYNTAX, file, None),)
        return tuple(_unknown(environment, tree, file))

    def unknown_data(self, source: str, given: Collection[str]) -> Iterator[tuple[str, int]]:
        """Names and lines of `data.<name>` that a task giving only these variables does not give."""
        try:
            tree = _Environment(self, "", source).parse(source)
        except (TemplateSyntaxError, RecursionError):  # `inspect` tells
            return
        optional = {id(node.node) for node in tree.find_all(nodes.Filter) if node.name in ("default", "d")}
        optional |= {id(node.node) for node in tree.find_all(nodes.Test) if node.name in ("defined", "undefined")}
        for owner, name, node in _attributes(tree):
            if owner == "data" and name not in given and id(node) not in optional:
                yield name, node.lineno

    def fill(self, source: str, file: str, seen: Mapping[str, Any]) -> str:
        """A template with its places filled. Raises TemplateFault."""
        environment = _Environment(self, file, source)
        try:
            template = environment.get_template(file)
            pieces, size = [], 0
            for piece in template.generate(dict(seen)):
                size += len(piece)
                if size > self.most_characters:
                    raise TemplateFault(f"It grows to more than {self.most_characters:,} characters.", file, None)
                pieces.append(piece)
        except TemplateSyntaxError as fault:
            raise TemplateFault(fault.message or "it cannot be read", file, fault.lineno) from fault
        except (UndefinedError, SecurityError, TemplateRuntimeError, TemplateError) as fault:
            raise TemplateFault(str(fault) or type(fault).__name__, file, _line(fault, file)) from fault
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as fault:
            # What an expression of the template came to: a division, a comparison of unlike values.
            raise TemplateFault(f"{type(fault).__name__}: {fault}"[:200], file, _line(fault, file)) from fault
        return "".join(pieces)


_SYNTAX: Final = "Correct the line; {{ ... }} writes a value, {% ... %} decides and repeats."


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2 for one template."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, sandbox: Sandbox, file: str, source: str) -> None:
        super().__init__(
            loader=_Loader(sandbox, file, source),
            autoescape=sandbox.is_html,
            undefined=StrictUndefined,
            finalize=lambda value: "" if value is None else value,
            cache_size=4,
            auto_reload=False,
        )
        self.sandbox_of_kind = sandbox
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"day": _day, "moment": _moment}
        self.globals = {name: self.globals[name] for name in _GLOBALS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`data.name` is what was given under the name, and never a method."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`data["name"]` is the same."""
        if isinstance(obj, Mapping):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=argument)
        return super().getitem(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Macros and loops of the template itself, and `range`."""
        return isinstance(obj, BlockReference | Macro | LoopContext) or obj is self.globals["range"] or _is_of_loop(obj)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Numbers only: a text times a number could fill the memory."""
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            raise SecurityError(f"{operator} is for two numbers")
        return super().call_binop(context, operator, left, right)


class _Loader(BaseLoader):
    """The template itself and the layouts; nothing else can be named."""

    def __init__(self, sandbox: Sandbox, file: str, source: str) -> None:
        self._sandbox, self._file, self._source = sandbox, file, source

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, None]:
        """Raises TemplateNotFound."""
        del environment
        if template == self._file:
            return self._source, self._file, None
        if template in self._sandbox.layouts:
            return self._sandbox.layouts[template](), template, None
        raise TemplateNotFound(template)


@pass_context
def _day(context: Context, value: Any) -> str:
    """A date, or the text of one, as the reader writes it: `2 mart 2026`."""
    return told_day(_as_date(value), str(context.get("language", "en"))) if value not in (None, "") else ""


@pass_context
def _moment(context: Context, value: Any) -> str:
    """A moment, or the text of one, with the time of day."""
    if value in (None, ""):
        return ""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return told_moment(moment, str(context.get("language", "en")))


def _as_date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _unknown(environment: _Environment, tree: nodes.Template, file: str) -> Iterator[Diagnostic]:
    """Names that are certainly not there, and templates that cannot be extended."""
    seen, layouts = environment.sandbox_of_kind.seen, environment.sandbox_of_kind.layouts
    # A name that is set in one branch only counts as undeclared; whether it is there is not certain.
    unknown = find_undeclared_variables(tree) - set(seen) - set(environment.globals) - _assigned(tree)
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name in unknown:
            unknown.discard(name.name)
            message = f"The template uses {name.name!r:.80}, which no template sees."
            remedy = f"It sees {', '.join(sorted(seen))}; variables of the task stand in data."
            yield _error("template-unknown-name", message, remedy, file, name.lineno)
    for owner, attribute, node in _attributes(tree):
        has = seen.get(owner)
        if has is not None and attribute not in has:
            message = f"There is no {owner}.{attribute:.80}."
            remedy = f"{owner} has {', '.join(sorted(has)) or 'nothing inside'}."
            yield _error("template-unknown-name", message, remedy, file, node.lineno)
    for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
        for named in tree.find_all(kind):
            wanted = getattr(named, "template", None)
            if not isinstance(wanted, nodes.Const) or wanted.value not in layouts:
                remedy = (
                    f"Extend {', '.join(layouts)}, or write all of it here." if layouts else "Write all of it here."
                )
                yield _error("template-unknown-template", "Other templates are not read.", remedy, file, named.lineno)


def _attributes(tree: nodes.Template) -> Iterator[tuple[str, str, nodes.Node]]:
    """Every `owner.name` and `owner["name"]` of a name at the top."""
    assigned = _assigned(tree)
    for by_name in tree.find_all(nodes.Getattr):
        if isinstance(by_name.node, nodes.Name) and by_name.node.name not in assigned:
            yield by_name.node.name, by_name.attr, by_name
    for by_key in tree.find_all(nodes.Getitem):
        if isinstance(by_key.node, nodes.Name) and by_key.node.name not in assigned:
            key = by_key.arg.value if isinstance(by_key.arg, nodes.Const) else None
            if isinstance(key, str):
                yield by_key.node.name, key, by_key


def _assigned(tree: nodes.Template) -> set[str]:
    """Names that the template gives itself, anywhere in it."""
    return {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}


def _is_number(value: Any) -> bool:
    return hasattr(value, "__trunc__") and not isinstance(value, str | Markup)


def _is_of_loop(obj: Any) -> bool:
    return isinstance(getattr(obj, "__self__", None), LoopContext)


def _line(fault: BaseException, file: str) -> int | None:
    """The last line of the template that the fault went through; Jinja2 writes its lines into the traceback."""
    line, trace = None, fault.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _error(rule: str, message: str, remedy: str, file: str, line: int | None) -> Diagnostic:
    return Diagnostic(rule, message, remedy, Severity.error, line=line, file=file)
