"""The composition root: settings, wiring, the web and worker processes, and the command line.

Imports everything; nobody imports it.
"""

__version__ = "0.1.0"
