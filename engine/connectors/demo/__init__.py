"""The connector `demo`: does nothing outside, and fails when told to."""

from engine.connectors.demo.connector import DemoConnector

__all__ = ["DemoConnector"]
