"""The school's office."""
