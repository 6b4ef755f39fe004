"""Tests of children and families: how they are written, merged and asked."""
