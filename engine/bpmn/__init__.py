"""BPMN 2.0.2: a typed, lossless model, its reader, its dialects and its checks.

Pure: no database, no clock but the one passed in, and no SpiffWorkflow outside `engine.bpmn.kernel`. May import
`engine.feel`, `engine.errors` and `engine.diagnostics`.
"""
