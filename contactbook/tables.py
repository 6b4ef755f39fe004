"""Every table there is, and how a database gets them: whoever compares or creates imports this."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

import billing.models  # noqa: F401 each of these imports registers its tables
import contactbook.classes.models
import contactbook.conversation.models
import contactbook.delivery.lane_models
import contactbook.delivery.models
import contactbook.delivery.reading
import contactbook.delivery.trials
import contactbook.delivery.unsubscribe
import contactbook.people.audit
import contactbook.people.consent
import contactbook.people.family_models
import contactbook.people.models
import contactbook.people.staff
import contactbook.requests.models
import contactbook.updates.models
import contactbook.updates.notice_models  # noqa: F401 the same
from contactbook.db import Base

metadata = Base.metadata
ONE_AT_A_TIME = 530_2016  # an advisory lock: two starting processes migrate one after the other


def of_the_model(_thing: object, name: str | None, kind: str) -> bool:
    """Whether models answer for this: the monthly partitions belong to `delivery_partitions()`."""
    return not (kind == "table" and (name or "").startswith("delivery_"))


def migrate(engine: Engine) -> None:
    """Bring the database to the newest step and make room for the coming months."""
    config = Config()
    config.set_main_option("script_location", "contactbook:migrations")
    with engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.execute(text("SELECT delivery_partitions(current_date)"))
        holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
