"""Readers that are killed at any of their calls: whoever reads on loses and doubles nothing."""

from itertools import pairwise

import pytest

from tests.conformance.live.reading import agree, cursors
from tests.conformance.live.stand import Stand, answering
from tests.forked import Forked
from tests.integration.cli.typed import started
from tests.integration.tasks.asked import ask

pytestmark = pytest.mark.usefixtures("database")
_TIMEOUT_S = 60.0
# At which of its calls a reader is killed: closer together where streams begin.
_KILLED_AT = (1, 2, 4, 7, 12, 20)


def test_readers_that_are_killed_lose_and_double_nothing(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    killed = [number for number in _KILLED_AT if _dies(stand, stream, number)]
    assert killed
    # Each came further than the one before, until one came to its end.
    assert all(earlier < later for earlier, later in pairwise(killed))
    assert not _dies(stand, stream, 0)
    agree(stand, stream)
    assert stand.kept(stream)


def _dies(stand: Stand, stream: str, number: int) -> bool:
    """Whether a reader of its own process got to this call, at which it is killed."""
    readers: list[Forked] = []

    def kill(call: int) -> None:
        if call == number:
            readers[0].kill()

    # Whoever is dead holds its turn until the lease ends.
    ids = cursors(stand, stream)
    ask("UPDATE cursors SET leased_until = now() - interval '1 second' WHERE id = ANY(:i)", i=ids)
    with answering(stand, kill), started("sync", stand.name, "--stream", stream, "--json") as one:
        readers.append(one)
        one.communicate(timeout=_TIMEOUT_S)
    assert one.returncode in ({-9, 0} if number else {0})
    return one.returncode == -9
