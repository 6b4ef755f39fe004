"""What a family pays, never more than the cap, and only if it asked to."""
