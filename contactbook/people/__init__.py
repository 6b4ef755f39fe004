"""Schools, staff, families: who they are and what they agreed to."""
