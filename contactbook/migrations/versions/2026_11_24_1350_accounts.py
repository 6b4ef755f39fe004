"""Provider accounts are rows: a lane per school or group of schools, its accounts, who sent what."""

from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2026_11_24_1350", "2026_11_24_1345"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"
CHANNELS = ("zalo", "zbs", "telegram", "email", "sms")
SHOWN = (
    "id", "lane_id", "channel", "provider", "name", "shares_id", "rate", "daily_quota", "sent_on",
    "sent_today", "weight", "health", "paused_until", "alerted", "reason", "struggling_since",
    "ended_at", "created_at",
)  # fmt: skip


def upgrade() -> None:
    op.drop_table("lane")
    lane = op.create_table(
        "lane",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane")),
        sa.UniqueConstraint("id", "channel", name=op.f("uq_lane_id_channel")),
    )
    op.create_index(
        "uq_lane_default",
        "lane",
        ["channel"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    key = {one: uuid5(NAMESPACE_URL, f"contactbook:lane/{one}") for one in CHANNELS}
    op.bulk_insert(  # those of schools which have no accounts of their own
        lane,
        [{"id": key[one], "channel": one, "name": one, "is_default": True} for one in CHANNELS],
    )
    op.create_table(
        "school_lane",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_school_lane_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["lane_id", "channel"],
            ["lane.id", "lane.channel"],
            name=op.f("fk_school_lane_lane_id_channel"),
        ),
        sa.PrimaryKeyConstraint("school_id", "channel", name=op.f("pk_school_lane")),
    )
    op.create_table(
        "channel_account",
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("shares_id", sa.Uuid(), nullable=True),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("daily_quota", sa.Integer(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_today", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("weight", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("health", sa.Float(), server_default=sa.text("1"), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alerted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("struggling_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_channel_account_rate")),
        sa.CheckConstraint("daily_quota >= 0", name=op.f("ck_channel_account_daily_quota")),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_channel_account_weight")),
        sa.CheckConstraint("health > 0 AND health <= 1", name=op.f("ck_channel_account_health")),
        sa.ForeignKeyConstraint(
            ["lane_id", "channel"],
            ["lane.id", "lane.channel"],
            name=op.f("fk_channel_account_lane_id_channel"),
        ),
        sa.ForeignKeyConstraint(
            ["shares_id"], ["channel_account.id"], name=op.f("fk_channel_account_shares_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_account")),
        sa.UniqueConstraint("door", name=op.f("uq_channel_account_door")),
    )
    op.create_index("ix_channel_account_lane_id", "channel_account", ["lane_id"])

    op.add_column("contact_point", sa.Column("window_ends_at", sa.DateTime(timezone=True)))
    op.add_column("contact_point", sa.Column("soft_since", sa.DateTime(timezone=True)))
    op.add_column(
        "contact_point",
        sa.Column("soft_bounces", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )

    for name, kind in (("lane_id", sa.Uuid()), ("account_id", sa.Uuid())):
        op.add_column("delivery", sa.Column(name, kind))
    for name in ("round", "last_cost_vnd"):
        op.add_column(
            "delivery", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
    op.drop_index("ix_delivery_due", "delivery")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["lane_id", sa.literal_column("urgent DESC"), "turn_at"],
        postgresql_where=sa.text("status IN ('queued', 'held')"),
    )
    op.add_column("receipt", sa.Column("account_id", sa.Uuid()))
    op.add_column("receipt", sa.Column("means", sa.Text(), server_default="", nullable=False))
    op.add_column("parked_receipt", sa.Column("account_id", sa.Uuid()))

    op.execute("GRANT SELECT ON lane, school_lane TO contactbook_school")
    op.execute(f"GRANT SELECT ({', '.join(SHOWN)}) ON channel_account TO contactbook_school")
    op.execute("ALTER TABLE school_lane ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_school ON school_lane TO contactbook_school "
        f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
    )
    op.execute("ALTER TABLE channel_account ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_lanes ON channel_account TO contactbook_school USING ("
        "EXISTS (SELECT FROM lane l WHERE l.id = lane_id AND l.is_default) "
        "OR EXISTS (SELECT FROM school_lane s WHERE s.lane_id = channel_account.lane_id))"
    )
