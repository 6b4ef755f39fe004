"""A fact that cannot be right, told in one Vietnamese sentence that quotes what was written."""

QUOTED = 40  # characters of the writer's own text that a sentence repeats


class Unfit(ValueError):
    """What was `given` cannot be taken; `reason` continues the sentence that its subject begins."""

    subject = "Ô"

    def __init__(self, given: str, reason: str) -> None:
        super().__init__(given, reason)
        self.given = given
        self.reason = reason

    def about(self, subject: str) -> str:
        """The whole sentence with a subject that is more exact: "Số điện thoại mẹ …"."""
        given = self.given if len(self.given) <= QUOTED else self.given[: QUOTED - 1] + "…"
        return f"{subject} “{given}” {self.reason}." if given else f"{subject} {self.reason}."

    def __str__(self) -> str:
        return self.about(self.subject)
