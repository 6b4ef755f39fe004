"""Questions the core asks of packages it does not know."""
