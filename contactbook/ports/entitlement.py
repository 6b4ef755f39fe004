"""Who may use channels that cost money: a question, answered by whoever sells them."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy import Select


@dataclass(frozen=True, slots=True)
class Plan:
    """What a child's family pays, and until when it has."""

    monthly_vnd: int
    paid_until: date


class Entitlements(Protocol):
    def paid(self, on: date) -> Select[UUID]:
        """Students whose messages may use paid channels on day `on`: a query, to be joined."""

    def plan(self, student_id: UUID, on: date) -> Select[int, date]:
        """`monthly_vnd` and `paid_until` of the child's plan on day `on`; no row: it has none."""
