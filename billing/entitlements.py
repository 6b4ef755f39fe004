"""Billing's answer to the core's question: whose messages may use paid channels today."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from billing.models import Subscription

GRACE = timedelta(days=5)  # an invoice paid late silences nobody at once


class SubscriptionEntitlements:
    def paid(self, on: date) -> Select[UUID]:
        return select(Subscription.student_id).where(
            Subscription.starts_on <= on, Subscription.paid_until >= on - GRACE
        )

    def plan(self, student_id: UUID, on: date) -> Select[int, date]:
        return select(Subscription.monthly_vnd, Subscription.paid_until).where(
            Subscription.student_id == student_id,
            Subscription.starts_on <= on,
            Subscription.paid_until >= on,
        )
