"""Who may do what: the one place that decides (subject, action, resource), and says why.

`actions` declares the rules as data: each action names the relations that let somebody do it. `relations` says what
each relation means, and which roles can have it. `deciding` puts both together. Whatever no rule allows is denied.
Routes, use cases and domain ask `decide` and `permit`; list queries turn the same relations into conditions
(`engine.store.queries.permitted`), so that a list never shows what a click would refuse.
"""

from engine.casework.policy.actions import RULES, Action, Rule
from engine.casework.policy.deciding import NotPermitted, Verdict, decide, permit
from engine.casework.policy.relations import Relation, Role, Thing, roles_of

__all__ = [
    "RULES",
    "Action",
    "NotPermitted",
    "Relation",
    "Role",
    "Rule",
    "Thing",
    "Verdict",
    "decide",
    "permit",
    "roles_of",
]
