"""Automatic work: the worker takes due jobs, calls connectors, fires timers and records what came of it.

In: taking, the lease and its heartbeat, the call, housekeeping. Out: what a job's end means for the case (`runtime`),
the rows (`store`), how a partner is called (`connectors`). May import those and `casework`; imported by `onewindow`
alone.
"""
