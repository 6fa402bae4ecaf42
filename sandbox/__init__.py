"""Simulated partners, each a program of its own: state registers now, payment and messages later.

In: what an outside partner would answer, and switches to make it fail. Out: anything of the product's.
Nobody imports this package and it imports nothing of ours; the product knows only the addresses, from settings.
"""
