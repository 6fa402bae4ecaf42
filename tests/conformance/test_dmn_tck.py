"""The DMN Technology Compatibility Kit: how much of it passes, with a floor that may only rise.

The kit is other people's work and lies outside of the repository, in `../shared/conformance/dmn-tck`. No case is named
here: a part of the kit passes by its ratio or not at all. External Java functions are refused on purpose, which is all
that is missing from level 3.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
KIT = HERE.parents[2] / "shared" / "conformance" / "dmn-tck"

pytestmark = pytest.mark.conformance


def _runner() -> ModuleType:
    """The runner beside this file; tests are no package."""
    name = "onewindow_tck_runner"
    spec = importlib.util.spec_from_file_location(name, HERE / "tck.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("part", "floor"),
    [
        pytest.param("compliance-level-2", 1.0, id="level 2"),
        pytest.param("compliance-level-3", 0.997, id="level 3"),
        pytest.param("non-compliant", 0.71, id="cases that contradict the standard or its types"),
    ],
)
def test_the_kit_passes_to_the_figure_reached(part: str, floor: float) -> None:
    folder = KIT / part
    if not folder.is_dir() and not os.environ.get("CI"):
        pytest.skip(f"the kit is not at {folder}")

    outcomes = list(_runner().run_folder(folder))

    failed = [f"{o.file} {o.case} {o.result}: {o.message}" for o in outcomes if not o.passed]
    assert outcomes, f"no cases were found in {folder}"
    assert 1 - len(failed) / len(outcomes) >= floor, "\n".join(failed[:20])
