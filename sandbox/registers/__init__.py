"""Four state registers, simulated: population, drivers, medical certificates, foreign licences.

Run it with `python -m sandbox.registers`; README.md tells the addresses, the persons and the switch.
State is in memory.
"""
