"""Task specifications of our own: what SpiffWorkflow runs, one file a family of BPMN elements.

A specification is shared by all instances and keeps no state; all state is the token's. It decides what a visit does
(`enter`), and which ways a token takes on (`ways`); SpiffWorkflow's life cycle (update, ready, run, complete) calls it.
"""
