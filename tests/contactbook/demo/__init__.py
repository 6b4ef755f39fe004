"""The demo: its city, its names, and its processes."""
