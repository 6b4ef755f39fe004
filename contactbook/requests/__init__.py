"""What parents ask the school for: to know of an absence, and to give a medicine."""
