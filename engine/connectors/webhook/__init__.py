"""Tells a subscriber of an event: CloudEvents 1.0 over HTTP in structured JSON mode, signed by Standard Webhooks.

In: the signature, which addresses may be called, one POST and what its answer means. Out: who is told of what and when
(`engine.casework.webhook`, `engine.runtime.tell_subscribers`), the worker's loop (`engine.jobs.messenger`).
"""

from engine.connectors.webhook.addresses import InnerHosts, address_fault
from engine.connectors.webhook.sender import Sender
from engine.connectors.webhook.signature import sign, signing_key, verify

__all__ = ["InnerHosts", "Sender", "address_fault", "sign", "signing_key", "verify"]
