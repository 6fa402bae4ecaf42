"""Decisions: DMN 1.5 models on top of FEEL, with the reasons for every answer.

In: the bytes of a model and inputs. Out: a value, its trace and warnings; faults of a model as diagnostics at
deployment. Pure: no clock, no disk, no network. May import `engine.feel`, `engine.errors`, `engine.diagnostics`; the
runtime imports this package. How decision definitions are stored and found by key and version is the runtime's.

    reader, boxed_reader, model                  XML -> typed model
    imports                                      the models a model imports, collected
    compiled, boxes, tables, item_types, nodes   model -> closures
    hit_policies                                 what a table answers
    evaluate, trace                              result and reasons
    entry_names                                  what of a value processes cannot read by a path
    conformance, conformance_cases               test cases of the compatibility kit
"""

from engine.dmn.compiled import CompiledDecisions, compile_decisions
from engine.dmn.evaluate import DecisionResult, evaluate
from engine.dmn.imports import FindModel, FoundModel, imported_models
from engine.dmn.model import Definitions
from engine.dmn.reader import read_dmn
from engine.dmn.trace import DecisionTrace, MatchedRule, TableTrace

__all__ = [
    "CompiledDecisions",
    "DecisionResult",
    "DecisionTrace",
    "Definitions",
    "FindModel",
    "FoundModel",
    "MatchedRule",
    "TableTrace",
    "compile_decisions",
    "evaluate",
    "imported_models",
    "read_dmn",
]
