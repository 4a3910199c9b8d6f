"""Asks the workers that are up which queues they serve."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks import app

# A worker that is up answers within milliseconds, but on a machine that is busy to the brim within
# seconds; who hears nothing the first time asks again, more patiently.
_PATIENCE_S = (1.0, 3.0)

# The queues of each worker that answers, each with its `name`.
Serving = Mapping[str, Sequence[Mapping[str, Any]]]


def answers() -> Iterator[Serving]:
    """What workers answer, asked once for each answer that is taken; empty when none does."""
    for patience_s in _PATIENCE_S:
        yield app.control.inspect(timeout=patience_s).active_queues() or {}


def served(serving: Serving) -> set[str]:
    """The queues that somebody serves."""
    return {queue["name"] for queues in serving.values() for queue in queues}
