"""Classrooms and who is in them on a day."""
