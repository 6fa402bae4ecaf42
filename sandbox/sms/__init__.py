"""A simulated SMS gateway: takes texts over HTTP, shows them, calls back, and misbehaves when it is told to.

A program of its own (`python -m sandbox.sms`); the product knows its address only. No text leaves the machine.
"""
