"""Errors of the outbound side, by intent.

TransientError
├── LimitedError          no calls are left for now: what is read waits, and nothing is wrong
└── WindowExpiredError    the place in the window is gone; start it again
PermanentError
├── AccessRefusedError    the platform no longer takes these credentials; a person reconnects
├── NotGrantedError       the credentials are good, but not for this; the rest goes on
└── GoneError             a till site that the platform no longer counts to the account
"""

from config import redaction
from config.errors import Fault, PermanentError, TransientError
from connectors.base.contract import Do, Outcome


class WindowExpiredError(TransientError):
    """The place in the window is no longer valid; start the window again from its watermark."""


class LimitedError(TransientError):
    """The platform takes no more calls for now, or our share of them is used up."""


class AccessRefusedError(PermanentError):
    """The platform refused the credentials themselves: nothing of this connection will work."""


class NotGrantedError(PermanentError):
    """The platform doesn't let these credentials read this: one kind of record, or one location."""


class GoneError(PermanentError):
    """A till site can't be read, and the platform's own list of the account's has it no longer."""


_AGAIN_LATER = {Do.RETRY: TransientError, Do.WAIT: LimitedError}
_AGAIN_LATER[Do.RESTART_WINDOW] = WindowExpiredError
_REFUSED: dict[Do, type[PermanentError]] = {
    Do.REFRESH: AccessRefusedError,
    Do.REAUTHORISE: AccessRefusedError,
    Do.NOT_GRANTED: NotGrantedError,
}


def fault(outcome: Outcome) -> Fault:
    """The error of an outcome that is no success; its words are the outcome's and nothing else.

    They may quote the platform, and are stored and shown: whatever is secret in them is hidden.
    """
    sentence, next_step = redaction.text(outcome.sentence), redaction.text(outcome.next_step)
    if (later := _AGAIN_LATER.get(outcome.do)) is not None:
        return later(
            outcome.code,
            sentence,
            next_step=next_step,
            retry_after_s=outcome.wait_s,
        )
    kind = _REFUSED.get(outcome.do, PermanentError)
    return kind(outcome.code, sentence, next_step=next_step)
