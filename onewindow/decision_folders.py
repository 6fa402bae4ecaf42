"""Models that a file of decisions imports, as the command line finds them: files of the same folder, or named with it.

A deployment finds them elsewhere: among its files, then among what is deployed (engine.runtime.link_decisions).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.diagnostics import Diagnostic, ModelRefused
from engine.dmn import Definitions, FoundModel, imported_models, read_dmn
from engine.errors import OnewindowError

_MOST_FILES = 1_000


class DecisionFolder:
    """The DMN files that imports of one file are looked for in. Read when the first import asks."""

    def __init__(self, file: Path, named_with_it: Iterable[Path] = ()) -> None:
        self._file = file
        self._named = tuple(named_with_it)
        self._models: dict[str, list[tuple[Path, FoundModel]]] | None = None

    def imports_of(self, definitions: Definitions) -> tuple[Definitions, ...]:
        """Every model that a model of this file imports. Raises ModelRefused."""
        return tuple(one.definitions for one in imported_models(definitions, self._find))

    def _find(self, namespace: str) -> FoundModel | None:
        if self._models is None:
            self._models = self._read()
        found = self._models.get(namespace, [])
        beside = [one for one in found if one[0].parent.resolve() == self._file.parent.resolve()] or found
        if len({model.checksum for _, model in beside}) > 1:
            files = ", ".join(str(path) for path, _ in beside)
            problem = f"The models of {files:.300} have one namespace, `{namespace:.200}`, which is imported."
            remedy = "Give each model a namespace of its own."
            raise ModelRefused([Diagnostic("ambiguous-import", problem, remedy, file=str(self._file))])
        return beside[0][1] if beside else None

    def _read(self) -> dict[str, list[tuple[Path, FoundModel]]]:
        models: dict[str, list[tuple[Path, FoundModel]]] = {}
        paths = dict.fromkeys(
            path.resolve() for path in (*sorted(self._file.parent.glob("*.dmn")), *self._named) if path.suffix == ".dmn"
        )
        for path in list(paths)[:_MOST_FILES]:
            if path == self._file.resolve():
                continue
            try:
                content = path.read_bytes()
                definitions = read_dmn(content, file=str(path))
            except (OSError, OnewindowError):
                continue  # what is wrong with it is told where it is looked at itself
            found = FoundModel(definitions, hashlib.sha256(content).hexdigest(), self._find)
            models.setdefault(definitions.namespace, []).append((path, found))
        return models
