"""A small procedure of two tasks in one queue, with a form, for tests of the API."""

from __future__ import annotations

import json

from tests.builders.a_model import a_process


def a_permit(queue: str = "city:clerk") -> dict[str, bytes]:
    """Files of process `permit`: check (form `check`: complete, note), then decide (no form), then the end."""
    model = (
        a_process("permit", name="Permit")
        .start()
        .user_task("check", name="Check the papers", queue=queue, form="check")
        .user_task("decide", name="Decide", queue=queue)
        .end("done")
        .xml()
    )
    return {"permit.bpmn": model, "check.form": a_check_form()}


def a_check_form() -> bytes:
    """A form with a required truth value and an optional note."""
    return json.dumps(
        {
            "type": "default",
            "id": "check",
            "schemaVersion": 19,
            "components": [
                {"type": "checkbox", "id": "c1", "key": "complete", "label": "All papers are there"},
                {
                    "type": "textarea",
                    "id": "c2",
                    "key": "note",
                    "label": "Note",
                    "validate": {"maxLength": 200},
                },
            ],
        }
    ).encode()
