"""The connector `payment`: fees are paid on a provider's page, and refunded."""

from engine.connectors.payment.connector import PaymentConnector
from engine.connectors.payment.provider import Provider

__all__ = ["PaymentConnector", "Provider"]
