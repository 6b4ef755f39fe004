"""Readable personal text in ledgers, sealed under a key per person: to erase her, destroy the key.

Each person's key is itself wrapped under one derived from CONTACTBOOK_SECRET_KEY, which is outside
the database: a copy of the database alone reads nothing.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.people.models import PersonKey


class Sealer:
    def __init__(self, secret: str) -> None:
        self.wrapping = Fernet(urlsafe_b64encode(sha256(f"person-keys:{secret}".encode()).digest()))

    def seal(self, session: Session, person_id: UUID, school_id: UUID | None, text: str) -> bytes:
        """`text` under the person's key, which is made when she has none."""
        key = session.get(PersonKey, person_id)
        if key is None:
            fresh = self.wrapping.encrypt(Fernet.generate_key())
            session.execute(
                insert(PersonKey)
                .values(person_id=person_id, school_id=school_id, wrapped=fresh)
                .on_conflict_do_nothing()
            )
            key = session.get_one(PersonKey, person_id)
        return self.of(key).encrypt(text.encode())

    def read(self, session: Session, person_id: UUID, sealed: bytes) -> str | None:
        """What was sealed; None once the person's key is destroyed."""
        key = session.get(PersonKey, person_id)
        return self.of(key).decrypt(sealed).decode() if key else None

    def of(self, key: PersonKey) -> Fernet:
        return Fernet(self.wrapping.decrypt(key.wrapped))


def destroy(session: Session, person_id: UUID) -> None:
    """Make everything that was sealed for this person unreadable, for good."""
    session.execute(delete(PersonKey).where(PersonKey.person_id == person_id))
