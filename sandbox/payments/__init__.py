"""A payment provider, simulated: hosted page, refunds, signed callbacks, a daily file.

Run it with `python -m sandbox.payments`; README.md tells the contract and the switches.
"""
