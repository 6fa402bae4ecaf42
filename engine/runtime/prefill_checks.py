"""What a form says of registers that fill it in, held against the passport of the service it begins. Pure."""

from __future__ import annotations

from difflib import get_close_matches

from engine.runtime.bundle import Bundle
from engine.runtime.ports import Forms


def check_prefills(bundle: Bundle, forms: Forms) -> None:
    """Add a finding for each field that is to be filled in by a proof that no register gives."""
    for passport in bundle.passports.values():
        form = bundle.forms.get(passport.form_id or "")
        if form is None:
            continue
        known = [key for key, one in passport.evidence.items() if one.register is not None]
        for one in forms.prefills(form):
            if one.evidence is None or one.evidence in known:
                continue
            near = get_close_matches(one.evidence, known, n=1)
            bundle.refuse(
                "prefill-unknown-evidence",
                f"The field {one.key!r:.80} is filled in by the proof {one.evidence!r:.80}, but no register of the "
                f"service {passport.key} gives it.",
                f"Write {near[0]}." if near else f"Known are: {', '.join(known) or 'none'}.",
                bundle.file_of("form", form.id),
            )
