"""What can go wrong in the book, sorted by what the door answers.

ContactbookError
├── NotFound    there is no such thing, or it is not yours to know: 404
├── NotAllowed  you may see it but not do this: 403
├── Invalid     what you typed cannot be kept; says which field and why: 422
└── Conflict    it was true a moment ago: 409
"""


class ContactbookError(Exception):
    """Carries a sentence a person may read, already in her language."""


class NotFound(ContactbookError):
    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)


class NotAllowed(ContactbookError):
    pass


class Invalid(ContactbookError):
    """`faults` maps a form field to the sentence shown beside it."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


class Conflict(ContactbookError):
    pass
