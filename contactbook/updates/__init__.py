"""What teachers tell: a day as it is recorded, and updates as they are published."""
