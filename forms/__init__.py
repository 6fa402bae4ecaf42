"""Forms that citizens and clerks fill in: read, checked on the server, described for a page or a program.

In: `reader` (form-js JSON -> typed `Form` with diagnostics), `validate` (answers -> values, or all faults with places),
`view` (what to show, in one language). Out: HTML, HTTP and storage. Imports `engine.feel` and `engine.errors` only; the
API, the pages and the composition root may import it. The format is form-js of bpmn.io, schema versions up to 19.
"""

from forms.files import NamedFiles, files_named
from forms.form import Form
from forms.prefill import FieldPrefill, prefills
from forms.reader import inspect_form, read_form
from forms.validate import AnswersInvalid, validate
from forms.value_types import value_types
from forms.view import FormView, view
from forms.visibility import restricted, shown_to

__all__ = [
    "AnswersInvalid",
    "FieldPrefill",
    "Form",
    "FormView",
    "NamedFiles",
    "files_named",
    "inspect_form",
    "prefills",
    "read_form",
    "restricted",
    "shown_to",
    "validate",
    "value_types",
    "view",
]
