"""The connector `data-export`: writes all data of a person as JSON and PDF.

In: what an export is made of, given by the composition root. Out: two files in the storage. The engine's own: no model
can name it.
"""

from engine.connectors.data_export.connector import DataExportConnector

__all__ = ["DataExportConnector"]
