"""What parents ask for."""
