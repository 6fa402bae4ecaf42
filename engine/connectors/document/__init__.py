"""The connector `document`: writes a decision or an extract as a signed PDF, from a template of the procedure.

In: templates (checked and filled), the PDF, its signature, what a signature found in a file says. Out: the number and
the template (`engine.runtime.reserve_document`), what the case keeps (`keep_document`), where content lies (`files`).
"""

from engine.connectors.document.connector import DocumentConnector

__all__ = ["DocumentConnector"]
