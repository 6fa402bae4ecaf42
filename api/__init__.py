"""The REST API: blueprints of one noun each, their JSON shapes, who may call what, and how errors are told.

In: HTTP. Out: calls of use cases (`engine.runtime`) and of read models (`engine.store.queries`). No rule of the domain
lives here, no SQL, and no HTML but the page of the API's own documentation. Only `onewindow` imports this package.
"""
