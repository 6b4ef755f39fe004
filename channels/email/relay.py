"""One connection to the relay, and what became of a letter when a step of it failed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from channels.email.answers import Step, refusal
from contactbook.ports.channel import OutcomeUnknown, SendFailed, TryAgain

CLOSING = 421


class HungUp(TryAgain):
    """The relay ended the connection, by 421 or without a word, before it saw any of the letter."""


class Line:
    """Whatever goes wrong closes it: it may be out of step."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.letters = 0

    async def address(self, envelope: str, mailbox: str) -> None:
        """Say from whom and to whom: nothing of the letter itself.

        One recipient: where it is refused all are, and no letter is taken for part of them.
        """
        with self._step("MAIL"):
            await self.smtp.mail(envelope)
        with self._step("RCPT"):
            await self.smtp.rcpt(mailbox)

    async def hand_over(self, letter: bytes) -> None:
        with self._step("DATA"):
            await self.smtp.data(letter)
        self.letters += 1

    async def hang_up(self) -> None:
        with suppress(SMTPException, OSError):
            await self.smtp.quit()
        self.smtp.close()

    @contextmanager
    def _step(self, step: Step) -> Iterator[None]:
        try:
            yield
        except BaseException as error:  # noqa: BLE001 cancelled in the middle, too
            self.smtp.close()
            raise meaning(step, error) from None  # the relay's words name the mailbox


def meaning(step: Step, error: BaseException) -> BaseException:
    """What became of the letter when `step` failed: after DATA began, nobody can know."""
    if isinstance(error, SMTPResponseException):
        return refused(step, error.code, error.message)
    if not isinstance(error, SMTPException | OSError):
        return error  # cancelled
    reason = f"relay, at {step}: {type(error).__name__}"
    if step == "DATA":
        return OutcomeUnknown(reason)
    return HungUp(reason) if isinstance(error, SMTPServerDisconnected) else TryAgain(reason)


def refused(step: Step, code: int, words: str = "") -> SendFailed:
    if code == CLOSING and step != "DATA":
        return HungUp(f"SMTP {code} at {step}")
    return refusal(step, code, words)
