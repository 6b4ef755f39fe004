"""The education authority: sums of its own schools, never a child."""
