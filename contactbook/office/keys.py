"""Accounts as an office may change them: its own, shared with no other school.

The role of pages may not read or write keys (docs/decisions/0010): once it is asked who she is,
what she enters is written here, in a transaction of its own, as the owner of the tables.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from contactbook.delivery.accounts import Safe
from contactbook.delivery.lane_models import ChannelAccount, SchoolLane
from contactbook.errors import NotFound
from contactbook.parts import Parts


def safe(parts: Parts) -> Safe:
    return Safe(parts.settings.secret_key.get_secret_value())


def own(session: Session, school_id: UUID, account_id: UUID) -> ChannelAccount:
    """An account of this school's own; raises `NotFound` for ours, and one others send by, too."""
    mine, others = aliased(SchoolLane), aliased(SchoolLane)
    shared = exists().where(others.lane_id == mine.lane_id, others.school_id != school_id)
    found = session.scalar(
        select(ChannelAccount)
        .join(mine, mine.lane_id == ChannelAccount.lane_id)
        .where(
            ChannelAccount.id == account_id,
            ChannelAccount.ended_at.is_(None),
            mine.school_id == school_id,
            ~shared,
        )
    )
    if found is None:
        raise NotFound
    return found


def kept(parts: Parts, account: ChannelAccount) -> Mapping[str, Any]:
    """What was entered, opened: for this module's callers to keep what is not typed anew."""
    return safe(parts).open(account.sealed) if account.sealed else {}
