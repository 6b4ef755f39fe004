"""Message channels: one module per wire, each a stranger to the others and to the database."""
