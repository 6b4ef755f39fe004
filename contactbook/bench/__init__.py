"""How fast messages are promised and leave, beside the best this machine could do."""
