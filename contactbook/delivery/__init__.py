"""The outbox: how a message gets from a promise to a phone, and what became of it."""
