"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision, down_revision = ${repr(up_revision)}, ${repr(down_revision)}


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")  # better to fail than to queue every reader behind us
    ${upgrades if upgrades else "pass"}
