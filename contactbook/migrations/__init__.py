"""The database's history, one file a step; models and migrations must agree (make check)."""
