"""Scenarios: a procedure played through on virtual time, as its analyst tells it in YAML. The core of `onewindow test`.

A scenario runs against the real kernel, use cases and store (a temporary SQLite database), with a clock that moves only
when told to. Partners are played by answers written into the scenario, at the connectors' border; nothing of it is part
of the serving product. In: folders of procedures. Out: a report with the coverage of each model's elements.

    model     what a scenario says           partners  the connectors' answers as told
    notices   written, and sent nowhere      standing  how the case stands
    payments  the payment provider, played
    reader    YAML -> model, with faults     stage     runtime, clock and actors of one scenario
    play      steps one after the other      coverage  which elements were passed
    report    what came of it                runner    folders of procedures -> report
"""

from onewindow.scenarios.report import ScenarioReport
from onewindow.scenarios.runner import run_scenarios

__all__ = ["ScenarioReport", "run_scenarios"]
