"""Why a command does not begin: one sentence for whoever typed it."""


class Refused(Exception):
    """Nothing was started or changed; the sentence says what is wrong and what to do."""
