"""SMPP 3.4, the client: how an SMS reaches an SMSC, and how its receipt comes back."""
