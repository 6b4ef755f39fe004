"""The private page of a family."""
