"""A simulated mail server: takes mail over SMTP, shows what arrived on a page, and misbehaves when it is told to.

A program of its own (`python -m sandbox.mail`); the product knows its address only. No mail leaves the machine.
"""
