"""The school's office: its channels, its notices, its families."""
