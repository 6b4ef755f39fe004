"""Tests of the conversation: what parents write, and what is understood."""
