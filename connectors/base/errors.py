"""Errors of the outbound side, by intent.

TransientError
├── LimitedError          no calls are left for now: what is read waits, and nothing is wrong
└── WindowExpiredError    the place in the window is gone; start it again
PermanentError
├── AccessRefusedError    the platform no longer takes these credentials; a person reconnects
└── NotGrantedError       the credentials are good, but not for this
"""

from config.errors import Fault, PermanentError, TransientError
from connectors.base.contract import Do, Outcome


class WindowExpiredError(TransientError):
    """The place in the window is no longer valid; start the window again from its watermark."""


class LimitedError(TransientError):
    """The platform takes no more calls for now, or our share of them is used up."""


class AccessRefusedError(PermanentError):
    """The platform refused the credentials themselves: nothing of this connection will work."""


class NotGrantedError(PermanentError):
    """The credentials may not read this: a location or a scope was not granted to them."""


_AGAIN_LATER = {Do.RETRY: TransientError, Do.WAIT: LimitedError}
_AGAIN_LATER[Do.RESTART_WINDOW] = WindowExpiredError
_REFUSED = frozenset({Do.REFRESH, Do.REAUTHORISE})


def fault(outcome: Outcome) -> Fault:
    """The error of an outcome that is no success; its words are the outcome's and nothing else."""
    if (later := _AGAIN_LATER.get(outcome.do)) is not None:
        return later(
            outcome.code,
            outcome.sentence,
            next_step=outcome.next_step,
            retry_after_s=outcome.wait_s,
        )
    if outcome.do in _REFUSED:
        kind: type[PermanentError] = AccessRefusedError
    else:
        kind = NotGrantedError if outcome.do is Do.DENIED else PermanentError
    return kind(outcome.code, outcome.sentence, next_step=outcome.next_step)
