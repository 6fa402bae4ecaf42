"""What a service task can call, found by name in a registry.

In: talking to partners outside, one folder a connector. Out: when it is called, how often, and what becomes of the
answer (`engine.jobs`, `engine.runtime`). Connectors know no database, no BPMN and no environment: addresses, keys and
limits are handed in. Third parties add theirs through the entry point group `onewindow.connectors`.
Who may import this: `engine.jobs`, `onewindow`.
"""
