"""Events for programs outside, their subscribers and deliveries; a trigger on the journal fills the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WAITS = "state = 'waiting'"
_IS_DEAD = "state = 'dead'"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "outbox",
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_position", "outbox", ["position"], unique=False)
    feed = op.create_table(
        "event_feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_feed")),
    )
    op.bulk_insert(feed, [{"id": 1, "position": 0}])
    op.create_table(
        "event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.Column("case_number", sa.String(length=24), nullable=True),
        sa.Column("instance_id", sa.String(length=26), nullable=True),
        sa.Column("agency", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=255), nullable=True),
        sa.Column("carried", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("uq_event_position", "event", ["position"], unique=True)
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_table(
        "webhook_subscription",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=True),
        sa.Column("agency", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("former_secret", sa.Text(), nullable=True),
        sa.Column("former_until", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("dead_in_a_row", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(length=255), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscription")),
    )
    op.create_index("ix_webhook_subscription_agency_id", "webhook_subscription", ["agency", "id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("subscription_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id", "position", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_event_id", "webhook_delivery", ["event_id"], unique=False)
    op.create_index(
        "ix_webhook_delivery_waiting",
        "webhook_delivery",
        ["subscription_id", "position"],
        unique=False,
        sqlite_where=sa.text(_WAITS),
        postgresql_where=sa.text(_WAITS),
    )
    op.create_index(
        "ix_webhook_delivery_dead",
        "webhook_delivery",
        ["subscription_id", "position"],
        unique=False,
        sqlite_where=sa.text(_IS_DEAD),
        postgresql_where=sa.text(_IS_DEAD),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("subscription_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "position", "number", name=op.f("pk_webhook_attempt")),
    )
    _fill_the_outbox()


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION fill_outbox() CASCADE")
        op.execute("DROP SEQUENCE outbox_position")
    else:
        op.execute("DROP TRIGGER journal_entry_fills_outbox")
    op.drop_table("webhook_attempt")
    op.drop_index(
        "ix_webhook_delivery_dead",
        table_name="webhook_delivery",
        sqlite_where=sa.text(_IS_DEAD),
        postgresql_where=sa.text(_IS_DEAD),
    )
    op.drop_index(
        "ix_webhook_delivery_waiting",
        table_name="webhook_delivery",
        sqlite_where=sa.text(_WAITS),
        postgresql_where=sa.text(_WAITS),
    )
    op.drop_index("ix_webhook_delivery_event_id", table_name="webhook_delivery")
    op.drop_table("webhook_delivery")
    op.drop_index("ix_webhook_subscription_agency_id", table_name="webhook_subscription")
    op.drop_table("webhook_subscription")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_index("uq_event_position", table_name="event")
    op.drop_table("event")
    op.drop_table("event_feed")
    op.drop_index("ix_outbox_position", table_name="outbox")
    op.drop_table("outbox")


def _fill_the_outbox() -> None:
    """What is written to the journal goes to the outbox in the same transaction, while somebody subscribes.

    A step then asks the database for nothing more, whether or not there are subscribers, and from the moment a
    subscription is committed no act is missed.
    """
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            "CREATE TRIGGER journal_entry_fills_outbox AFTER INSERT ON journal_entry "
            "WHEN EXISTS (SELECT 1 FROM webhook_subscription) "
            "BEGIN INSERT INTO outbox (chain, seq, position) "
            "SELECT NEW.chain, NEW.seq, coalesce(max(position), 0) + 1 FROM outbox; END"
        )
        return
    op.execute("CREATE SEQUENCE outbox_position")
    op.execute(
        "CREATE FUNCTION fill_outbox() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM webhook_subscription) THEN "
        "INSERT INTO outbox (chain, seq, position) SELECT chain, seq, nextval('outbox_position') "
        "FROM (SELECT chain, seq FROM added ORDER BY chain, seq) AS in_order; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_entry_fills_outbox AFTER INSERT ON journal_entry "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fill_outbox()"
    )
