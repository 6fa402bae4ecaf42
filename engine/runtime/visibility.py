"""Forms as somebody sees them, and what is kept of who may see which field; unknown readers in a bundle."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from engine.casework.policy import Thing
from engine.casework.visibility import READERS, sees
from engine.identity import QueueName
from engine.runtime.act import Act
from engine.runtime.bundle import Bundle
from engine.runtime.ports import Forms


def form_for(act: Act, form: Any, thing: Thing) -> Any:
    """A form without the fields that who acts may not see in a case."""
    return act.runtime.forms.shown_to(form, lambda readers: sees(act.by, readers, thing))


def note_restricted(act: Act, instance_id: str, form: Any, under: tuple[str, ...] = ()) -> None:
    """Keep with an instance who may see which fields of a form that was filled in; `under` is where its values go."""
    found = act.runtime.forms.restricted(form)
    act.work.restrictions.note(instance_id, {(*under, *path): readers for path, readers in found.items()})


def check_readers(bundle: Bundle, forms: Forms, queues: Collection[QueueName] | None) -> None:
    """Add a finding for each reader that nobody can be; every role is taken where no queue was set up."""
    if queues is None:
        return
    known = {*READERS, *(queue.role for queue in queues), *map(str, queues)}
    for form_id, form in bundle.forms.items():
        for path, readers in forms.restricted(form).items():
            for word in sorted(readers - known):
                near = get_close_matches(word, sorted(known), n=1)
                bundle.refuse(
                    "unknown-reader",
                    f"The field {'.'.join(path)!r:.80} is visible to {word!r:.80}, whom nobody can be.",
                    f"Write {near[0]}." if near else "Name a role that somebody has, or one of " + ", ".join(READERS),
                    bundle.file_of("form", form_id),
                    path[-1],
                )
