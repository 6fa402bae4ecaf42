"""What is kept by tests because a reviewer would forget it: names, one commit, one reader of the environment.

The directions of imports are contracts of import-linter in pyproject.toml (`make check`). A rule that must be broken is
broken here, by a named file with its reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).parents[2]
ROOMS = ("engine", "forms", "door", "api", "portal", "onewindow", "migrations", "sandbox")
PRODUCT = ("engine", "forms", "door", "api", "portal", "onewindow", "migrations")

COMMITS = {"engine/store/unit_of_work.py"}
READS_ENVIRONMENT = {"onewindow/settings.py"}
BORDERS = {
    "api/problems.py": "every error of a request becomes a problem",
    "engine/bpmn/conformance.py": "a survey of other people's files measures us too: a fault is a line, not an end",
    "engine/dmn/conformance.py": "the compatibility kit measures us too: a fault is a line, not an end",
    "engine/connectors/registry.py": "whatever an installed package raises, the start says whose it is",
    "engine/jobs/hands.py": "no job may end its worker",
    "onewindow/cli.py": "every error of a command becomes a message and an exit code",
}
EVALUATES = {
    "engine/bpmn/agreement.py": "FEEL: whether a register agrees with what was stated",
    "engine/bpmn/kernel/expressions.py": "FEEL: conditions, mappings, timers, scripts of processes",
    "engine/bpmn/lint/expressions.py": "FEEL, read and not run: its faults before deployment",
    "engine/dmn/boxes.py": "FEEL: the logic of decisions",
    "engine/dmn/checks/boxes.py": "FEEL, read and not run: names and types before deployment",
    "engine/dmn/checks/pieces.py": "FEEL: cells of tables, for gaps and overlaps",
    "engine/dmn/entry_names.py": "FEEL, read and not run: whether a path means a name",
    "engine/dmn/explain/others.py": "FEEL: cells of tables, for what another outcome needs",
    "engine/connectors/computing.py": "FEEL: settings of a call, from the variables of its job",
    "engine/connectors/settings.py": "FEEL, read and not run: settings of a call before deployment",
    "forms/expressions.py": "FEEL: conditions, limits and texts of forms",
    "portal/app.py": "Jinja: the templates of the pages, our own files and nobody else's (decision 26)",
    "onewindow/bench/decisions.py": "FEEL: measured",
    "onewindow/commands/feel.py": "FEEL: tried at the command line",
    "onewindow/feel_values.py": "FEEL: values written at the command line",
    "onewindow/scenarios/play.py": "FEEL: what a scenario expects",
    "engine/connectors/filling.py": "Jinja, in a sandbox: texts of documents and notices (decision 17)",
}
PARSES_FEEL = {"parse_expression", "parse_unary_tests"}
EXPRESSION_LANGUAGES = {
    "jinja2", "mako", "chevron", "pystache", "simpleeval", "asteval", "numexpr", "jmespath", "jsonpath_ng", "celpy",
    "SpiffWorkflow.bpmn.script_engine", "SpiffWorkflow.dmn", "SpiffWorkflow.bpmn.PythonScriptEngine", "string.Template",
}  # fmt: skip
LONG_FILES = {
    "engine/bpmn/kernel/port.py": "the whole interface of the kernel, to be read in one go",
    "engine/bpmn/model.py": "the vocabulary of BPMN: one class an element, no behaviour",
    "engine/feel/grammar.py": "one grammar, and the tree that it yields",
    "migrations/versions/0001_foundation.py": "a migration is written once and never split",
}
LONGEST = 400

DRAWERS = re.compile(r"utils?|helpers?|common|misc|.*_manager|.*_service")
DANGEROUS_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}
DANGEROUS_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "xml.etree", "xml.sax", "xml.dom"}
REGISTRY_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]


@cache
def files(*rooms: str) -> tuple[str, ...]:
    """The Python files of some rooms, as paths from the top."""
    found = (path for room in rooms for path in (HOUSE / room).rglob("*.py"))
    return tuple(sorted(path.relative_to(HOUSE).as_posix() for path in found))


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((HOUSE / file).read_text(encoding="utf-8"), file)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a name or an attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def imported(file: str) -> Iterator[str]:
    """Full names of all that a file imports."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def called(file: str) -> Iterator[tuple[str, ast.Call]]:
    """Dotted names of all that a file calls."""
    yield from ((dotted(node.func), node) for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call))


def bound(file: str) -> set[str]:
    """Names that a file gives to functions and parameters of its own: they hide the built-in ones."""
    nodes = list(ast.walk(tree_of(file)))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return functions | {node.arg for node in nodes if isinstance(node, ast.arg)}


def tracked() -> list[str]:
    """Every file of the repository that is not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if name and (HOUSE / name).is_file()]


def test_one_place_commits() -> None:
    committing = {
        file
        for file in files("engine", "forms", "door", "api", "portal", "onewindow")
        for name, call in called(file)
        if name.endswith(".commit") and not call.args
    }

    assert committing <= COMMITS


def test_one_place_reads_the_environment() -> None:
    reading = {
        file
        for file in files(*ROOMS)
        for node in ast.walk(tree_of(file))
        if dotted(node) in {"os.environ", "os.getenv", "os.environb"}
    } | {file for file in files(*ROOMS) if {"os.environ", "os.getenv"} & set(imported(file))}

    assert reading <= READS_ENVIRONMENT


def test_core_knows_no_web() -> None:
    web = [
        (file, name)
        for file in files("engine", "forms")
        for name in imported(file)
        if name.split(".")[0] in {"flask", "flask_smorest", "werkzeug"}
    ]

    assert web == []


def test_only_the_kernel_imports_spiffworkflow() -> None:
    knowing = [
        file
        for file in files(*ROOMS)
        for name in imported(file)
        if name.split(".")[0] == "SpiffWorkflow" and not file.startswith("engine/bpmn/kernel/")
    ]

    assert knowing == []


def test_every_room_of_the_core_has_an_import_contract() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    held = {room for one in contracts if "engine.*" in one["forbidden_modules"] for room in one["source_modules"]}

    rooms = {".".join(Path(file).with_suffix("").parts[:2]) for file in files("engine")} - {"engine.__init__"}
    assert rooms - held == set()


def test_no_drawers() -> None:
    parts = {part.removesuffix(".py") for file in files(*ROOMS, "tests") for part in Path(file).parts}

    assert [part for part in parts if DRAWERS.fullmatch(part)] == []


def test_all_exceptions_are_caught_at_the_borders_only() -> None:
    def catches_all(handler: ast.ExceptHandler) -> bool:
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in caught)

    catching = {
        file
        for file in files(*ROOMS)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    }

    assert catching <= set(BORDERS)


def test_nothing_turns_data_into_code() -> None:
    calls = [
        (file, name, call.lineno)
        for file in files(*ROOMS)
        for name, call in called(file)
        if (name in DANGEROUS_CALLS and name not in bound(file)) or any(one.arg == "shell" for one in call.keywords)
    ]
    modules = [
        (file, name)
        for file in files(*ROOMS)
        for name in imported(file)
        if any(f"{name}.".startswith(f"{module}.") for module in DANGEROUS_MODULES)
    ]

    assert (calls, modules) == ([], [])


def test_only_named_places_evaluate_expressions() -> None:
    """FEEL everywhere, by its one door; Jinja in the templates of texts, and nowhere else (decision 17)."""
    evaluating = {
        file
        for file in files(*ROOMS)
        for name in imported(file)
        if (name.startswith("engine.feel") and name.rpartition(".")[2] in PARSES_FEEL)
        or any(f"{name}.".startswith(f"{language}.") for language in EXPRESSION_LANGUAGES)
    } - {"engine/feel/__init__.py"}

    assert evaluating == set(EVALUATES)


def test_no_import_hides_in_a_function_to_escape_a_cycle() -> None:
    def of_ours(node: ast.AST) -> bool:
        return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PRODUCT

    hidden = [
        (file, inner.lineno)
        for file in files("engine", "forms", "door", "api", "portal")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if of_ours(inner)
    ]

    assert hidden == []


def test_long_files_have_a_reason() -> None:
    long = {
        file
        for file in files(*ROOMS, "tests")
        if len((HOUSE / file).read_text(encoding="utf-8").splitlines()) > LONGEST
    }

    assert long == set(LONG_FILES)


def test_every_module_says_what_it_is_for() -> None:
    silent = [file for file in files(*ROOMS, "tests") if not ast.get_docstring(tree_of(file))]

    assert silent == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {
        Path(file).parent.as_posix()
        for file in files("engine", "forms", "door", "api", "portal", "onewindow", "sandbox")
    }

    assert [folder for folder in folders if not (HOUSE / folder / "__init__.py").exists()] == []


def test_locks_carry_hashes_and_no_addresses() -> None:
    locks = {lock.name: lock.read_text(encoding="utf-8") for lock in (HOUSE / "requirements").glob("*.txt")}

    assert set(locks) == {"base.txt", "dev.txt", "node.txt"}
    assert [name for name, text in locks.items() if "://" in text or "index-url" in text or "find-links" in text] == []
    assert [
        name for name, text in locks.items() if len(re.findall(r"==.*\\\n +--hash=", text)) != text.count("==")
    ] == []


def test_no_file_names_a_package_registry() -> None:
    naming = [
        name for name in tracked() if any(host.encode() in (HOUSE / name).read_bytes() for host in REGISTRY_HOSTS)
    ]

    assert naming == []


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=;]", wanted)[0] for group in groups for wanted in group}
    explained = (HOUSE / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")

    assert [name for name in sorted(names) if f"| {name} |" not in explained] == []


@pytest.mark.parametrize("page", [name for name in tracked() if name.endswith(".md")])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = re.sub(r"```.*?```", "", (HOUSE / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)

    assert [target for target in targets if not (HOUSE / page).parent.joinpath(target).exists()] == []


def test_publiccode_file_has_what_the_standard_demands() -> None:
    described = yaml.safe_load((HOUSE / "publiccode.yml").read_text(encoding="utf-8"))
    version = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    demanded = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description"}
    assert demanded | {"legal", "maintenance", "localisation"} <= set(described)
    assert described["softwareVersion"] == version
    assert len(described["description"]["en"]["shortDescription"]) <= 150
    assert 150 <= len(described["description"]["en"]["longDescription"]) <= 10_000
