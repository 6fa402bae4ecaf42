"""A security server of X-Road, simulated: what an information system meets at its own end (PR-REST 1.0).

Run it with `python -m sandbox.xroad`; README.md tells the services, the rights and the switch. State is in memory.
"""
