"""The pure domain of a case: actors, cases and decisions, tasks, jobs and incidents, terms, evidence, passports.

Typed values, tables of allowed moves, rules about who may do what. No database, no BPMN, no clock but a moment passed
in. May import `engine.calendar`, `engine.identity`, `engine.errors` and `engine.diagnostics`.
"""
