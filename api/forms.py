"""Forms as they were deployed: what an application or task asks for."""

from __future__ import annotations

from typing import Any

from api.operation import Noun
from api.schemas.engine import FormSchema
from api.wiring import services
from engine.casework.policy import Action
from engine.store.queries import definitions as queries

blueprint = Noun("forms", __name__, description="What an application or a task asks for.")


@blueprint.operation("GET", "/<name:form_id>", rule=Action.try_rules, summary="Show a form", answer=FormSchema)
def show(form_id: str) -> Any:
    """The newest version of a form. What an application asks, everyone may see at /services/{key}/form."""
    with services().read() as connection:
        return queries.form(connection, form_id)
