"""Errors of the outbound side, by intent.

TransientError
└── WindowExpiredError    the place in the window is gone; start it again
PermanentError
└── AccessRefusedError    the platform no longer takes these credentials; a person reconnects
"""

from config.errors import Fault, PermanentError, TransientError
from connectors.base.contract import Do, Outcome


class WindowExpiredError(TransientError):
    """The place in the window is no longer valid; start the window again from its watermark."""


class AccessRefusedError(PermanentError):
    """The platform refused the credentials themselves: nothing of this connection will work."""


_AGAIN_LATER = {Do.RETRY: TransientError, Do.WAIT: TransientError}
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
    kind = AccessRefusedError if outcome.do in _REFUSED else PermanentError
    return kind(outcome.code, outcome.sentence, next_step=outcome.next_step)
