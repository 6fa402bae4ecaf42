"""Webhooks: who is told of events, how that goes, and telling again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Response

from api.etag import PARAMETER as IF_MATCH
from api.etag import version_to_change
from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.webhooks import (
    DeliveryPage,
    DeliveryQuery,
    ReplayCommand,
    ReplayedSchema,
    RotateCommand,
    SubscribeCommand,
    SubscribedSchema,
    SubscriptionPage,
    SubscriptionRowSchema,
    SubscriptionSchema,
    WebhookDeliveryDetailSchema,
    WebhookDeliverySchema,
    WishSchema,
)
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.casework.webhook import Subscription
from engine.runtime.replay_events import replay, retry_delivery, send_test, skip_delivery
from engine.runtime.subscribe import (
    Subscribed,
    Wish,
    change_subscription,
    end_subscription,
    pause_subscription,
    resume_subscription,
    rotate_secret,
    subscribe,
)
from engine.store.queries import webhooks as queries

blueprint = Noun(
    "webhook-subscriptions",
    __name__,
    description="Programs outside that are told of events: signed, in order, and again until they take them.",
)
_ONE = "/<key:subscription_id>"


@blueprint.operation(
    "GET", "", rule=Action.see_subscription, summary="List subscriptions", query=PageQuery, answer=SubscriptionPage
)
def list_subscriptions(query: Mapping[str, Any]) -> Any:
    """Subscriptions, the newest first: all for operators, those of their agencies for supervisors."""
    with services().read() as connection:
        return queries.subscription_page(connection, caller(), **query)


@blueprint.operation(
    "POST",
    "",
    rule=Action.subscribe,
    summary="Subscribe to events",
    body=SubscribeCommand,
    answer=SubscribedSchema,
    status=201,
    idempotent=True,
)
def create(command: Mapping[str, Any]) -> Response:
    """Tell an address of events from now on. The secret is shown this once; a repeated request does not show it."""
    return carry_out(
        lambda runtime: subscribe(runtime, _wish(command), by=caller(), secret_reference=command["secret_reference"]),
        SubscribedSchema,
        status=201,
        view=_with_secret,
        kept_view=_without_secret,
        etag=lambda made: str(made.subscription.version),
    )


@blueprint.operation(
    "GET", _ONE, rule=Action.see_subscription, summary="Read a subscription", answer=SubscriptionRowSchema
)
def read(subscription_id: str) -> Any:
    """A subscription, with how many events wait and how many are dead. Its `version` is the ETag of a change."""
    with services().read() as connection:
        return queries.subscription_detail(connection, caller(), subscription_id)


@blueprint.operation(
    "PUT",
    _ONE,
    rule=Action.change_subscription,
    summary="Change a subscription",
    body=WishSchema,
    answer=SubscriptionSchema,
    parameters=(IF_MATCH,),
)
def change(command: Mapping[str, Any], subscription_id: str) -> Response:
    """Change name, address, types and filters, from now on. If-Match carries the `version` that was read."""
    seen = version_to_change()
    return carry_out(
        lambda runtime: change_subscription(runtime, subscription_id, _wish(command), by=caller(), seen_version=seen),
        SubscriptionSchema,
        view=_shown,
        etag=lambda changed: str(changed.version),
    )


@blueprint.operation("DELETE", _ONE, rule=Action.change_subscription, summary="End a subscription", status=204)
def end(subscription_id: str) -> Response:
    """Forget a subscription, with all that waits for it."""
    return no_content(lambda runtime: end_subscription(runtime, subscription_id, by=caller()))


@blueprint.operation(
    "POST",
    f"{_ONE}/pause",
    rule=Action.change_subscription,
    summary="Pause a subscription",
    answer=SubscriptionSchema,
    idempotent=True,
)
def pause(subscription_id: str) -> Response:
    """Tell nothing until it is resumed; what happens meanwhile waits."""
    return carry_out(
        lambda runtime: pause_subscription(runtime, subscription_id, by=caller()), SubscriptionSchema, view=_shown
    )


@blueprint.operation(
    "POST",
    f"{_ONE}/resume",
    rule=Action.change_subscription,
    summary="Resume a subscription",
    answer=SubscriptionSchema,
    idempotent=True,
)
def resume(subscription_id: str) -> Response:
    """Tell again what waits, in order and at once; also after Onewindow suspended it, or to cut a pause short."""
    return carry_out(
        lambda runtime: resume_subscription(runtime, subscription_id, by=caller()), SubscriptionSchema, view=_shown
    )


@blueprint.operation(
    "POST",
    f"{_ONE}/rotate-secret",
    rule=Action.change_subscription,
    summary="Change the secret",
    body=RotateCommand,
    answer=SubscribedSchema,
    idempotent=True,
)
def rotate(command: Mapping[str, Any], subscription_id: str) -> Response:
    """Sign with a new secret, and for a while with the former one too. The new one is shown this once."""
    return carry_out(
        lambda runtime: rotate_secret(
            runtime,
            subscription_id,
            by=caller(),
            overlap=timedelta(hours=command["overlap_hours"]),
            secret_reference=command["secret_reference"],
        ),
        SubscribedSchema,
        view=_with_secret,
        kept_view=_without_secret,
    )


@blueprint.operation(
    "POST",
    f"{_ONE}/test",
    rule=Action.change_subscription,
    summary="Send a test event",
    answer=WebhookDeliverySchema,
    status=202,
    idempotent=True,
)
def test(subscription_id: str) -> Response:
    """Tell this subscriber an event of type `onewindow.test`, after all that waits; its delivery shows how it went."""
    return carry_out(
        lambda runtime: send_test(runtime, subscription_id, by=caller()), WebhookDeliverySchema, status=202
    )


@blueprint.operation(
    "POST",
    f"{_ONE}/replay",
    rule=Action.change_subscription,
    summary="Tell events again",
    body=ReplayCommand,
    answer=ReplayedSchema,
    status=202,
    idempotent=True,
)
def replay_events(command: Mapping[str, Any], subscription_id: str) -> Response:
    """Tell again all that it wants, from an event or a moment on, in order and under the same ids.

    What happened before the subscription is told too, as far as events were kept. At most 10,000 at once.
    """
    return carry_out(
        lambda runtime: replay(runtime, subscription_id, by=caller(), **command),
        ReplayedSchema,
        status=202,
        view=lambda events: {"events": events},
    )


@blueprint.operation(
    "GET",
    f"{_ONE}/deliveries",
    rule=Action.see_subscription,
    summary="List deliveries",
    query=DeliveryQuery,
    answer=DeliveryPage,
)
def list_deliveries(query: Mapping[str, Any], subscription_id: str) -> Any:
    """What this subscriber was told or is to be told, the latest event first."""
    with services().read() as connection:
        return queries.delivery_page(connection, caller(), subscription_id, **query)


@blueprint.operation(
    "GET",
    f"{_ONE}/deliveries/<key:event_id>",
    rule=Action.see_subscription,
    summary="Read a delivery",
    answer=WebhookDeliveryDetailSchema,
)
def read_delivery(subscription_id: str, event_id: str) -> Any:
    """A delivery with its attempts and the answers, without secrets."""
    with services().read() as connection:
        return queries.delivery_detail(connection, caller(), subscription_id, event_id)


@blueprint.operation(
    "POST",
    f"{_ONE}/deliveries/<key:event_id>/retry",
    rule=Action.change_subscription,
    summary="Tell an event again",
    answer=WebhookDeliverySchema,
    status=202,
    idempotent=True,
)
def retry(subscription_id: str, event_id: str) -> Response:
    """Tell one event again at once, whatever became of it."""
    return carry_out(
        lambda runtime: retry_delivery(runtime, subscription_id, event_id, by=caller()),
        WebhookDeliverySchema,
        status=202,
    )


@blueprint.operation(
    "POST",
    f"{_ONE}/deliveries/<key:event_id>/skip",
    rule=Action.change_subscription,
    summary="Pass over an event",
    answer=WebhookDeliverySchema,
    idempotent=True,
)
def skip(subscription_id: str, event_id: str) -> Response:
    """Pass over an event that waits and fails, so that those behind it have their turn."""
    return carry_out(
        lambda runtime: skip_delivery(runtime, subscription_id, event_id, by=caller()), WebhookDeliverySchema
    )


def _wish(command: Mapping[str, Any]) -> Wish:
    return Wish(
        name=command["name"],
        url=command["url"],
        types=tuple(command["types"]),
        agency=command["agency"],
        service=command["service"],
    )


def _shown(subscription: Subscription) -> Mapping[str, Any]:
    """What is shown of a subscription: nothing of its secrets."""
    return {**asdict(subscription), "url": queries.shown_address(subscription.url)}


def _with_secret(made: Subscribed) -> Mapping[str, Any]:
    return {**_shown(made.subscription), "secret": made.secret}


def _without_secret(made: Subscribed) -> Mapping[str, Any]:
    return {**_shown(made.subscription), "secret": None}
