"""Who may use channels that cost money: a question, answered by whoever sells them."""

from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy import Select


class Entitlements(Protocol):
    def paid(self, on: date) -> Select[UUID]:
        """Students whose messages may use paid channels on day `on`: a query, to be joined."""
