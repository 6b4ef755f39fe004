"""What an operator is told when a server cannot run here: one sentence that names the directory."""


class EmbeddedError(Exception):
    """The embedded servers cannot run here; the sentence says where, why, and what to do."""
