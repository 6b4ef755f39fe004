"""One machine: where its servers are, its processes under one supervisor, and what they log."""
