"""A second road to a Zalo user: registered templates, by her phone number."""

from alembic import op

revision, down_revision = "2026_11_24_1250", "2026_11_24_1240"


def upgrade() -> None:
    op.execute("ALTER TABLE contact_point DROP CONSTRAINT ck_contact_point_channel")
    op.execute(
        "ALTER TABLE contact_point ADD CONSTRAINT ck_contact_point_channel "
        "CHECK (channel IN ('zalo', 'zbs', 'telegram', 'email', 'sms'))"
    )
    op.execute("ALTER TABLE delivery DROP CONSTRAINT ck_delivery_channel")
    op.execute(
        "ALTER TABLE delivery ADD CONSTRAINT ck_delivery_channel CHECK ("
        "coalesce(channel, '') IN ('zalo', 'zbs', 'telegram', 'email', 'sms') "
        "OR (channel IS NULL AND status = 'skipped'))"
    )
