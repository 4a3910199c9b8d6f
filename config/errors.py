"""The three intents of failure: every error here says what to do next.

    Fault                      carries a code, a merchant's sentence and the next step
    ├── TransientError         try again later (`retry_after_s`); nobody is told
    ├── PermanentError         stop, mark the row, show it; a person acts
    └── SkippedRecord          park this record with its reason; its neighbours go on

Specific errors live beside the code that raises them and subclass an intent.
"""

import copyreg
from typing import Any


class Fault(Exception):
    """A failure that names what happened, to what, and the next step.

    `code` is stable and for machines (`toast.secret_refused`); `sentence` and `next_step` are for
    a merchant. None of them ever holds a secret or a response body.
    """

    def __init__(self, code: str, sentence: str, *, next_step: str = "") -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.code = code
        self.sentence = sentence
        self.next_step = next_step

    def __reduce__(self) -> tuple[Any, ...]:
        """A worker's child tells its parent: as it is, whatever its class is made with."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class TransientError(Fault):
    """It may work later: retry no sooner than `retry_after_s` seconds from now."""

    def __init__(
        self, code: str, sentence: str, *, next_step: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(code, sentence, next_step=next_step)
        self.retry_after_s = retry_after_s


class PermanentError(Fault):
    """It will not work until somebody changes something."""


class SkippedRecord(Fault):
    """This one record can't be understood; it is parked, the others go on."""
