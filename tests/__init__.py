"""Tests are sentences, on real PostgreSQL, with fakes that have manners."""
