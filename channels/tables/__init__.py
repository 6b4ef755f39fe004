"""docs/channels.md: every code and what we do, out of the adapters' own tables."""
