"""Zalo: a school's Official Account, its registered templates (ZBS), and what comes back."""
