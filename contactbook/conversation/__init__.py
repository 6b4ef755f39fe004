"""What a parent writes: understood, without database or network."""
