"""Reads a stand's streams and asks what came of it."""

from datetime import datetime
from typing import Any

from models import StreamCursor
from tasks import pull, sync
from tests.conformance.live.stand import Stand
from tests.integration.tasks.asked import ask, one

Read = pull.Pull[StreamCursor]


def cursors(stand: Stand, stream: str) -> list[int]:
    """One a place."""
    query = "SELECT id FROM cursors WHERE connection_id = :c AND stream = :s ORDER BY id"
    return [row.id for row in ask(query, c=stand.connection_id, s=stream)]


def read(stand: Stand, stream: str) -> list[Read]:
    """Read a stream of every place, and say what became of each."""
    done = [sync.run(cursor_id) for cursor_id in cursors(stand, stream)]
    assert None not in done
    return [each for each in done if each is not None]


def codes(done: list[Read]) -> list[str | None]:
    """Why each wasn't read, if so."""
    return [None if each.fault is None else each.fault.code for each in done]


def read_well(stand: Stand, stream: str) -> None:
    """Read a stream of every place; it goes well."""
    done = read(stand, stream)
    assert [each.fault for each in done] == [None] * len(done)


def due_at(cursor_id: int) -> datetime:
    """When a stream is read again."""
    found: datetime = one("SELECT next_due_at FROM cursors WHERE id = :c", c=cursor_id).next_due_at
    return found


def status_of(stand: Stand) -> Any:
    """The connection as people see it."""
    return one("SELECT * FROM connections WHERE id = :c", c=stand.connection_id)


def agree(stand: Stand, stream: str) -> None:
    """What we keep of a stream is what the platform holds, and there is something to keep."""
    assert stand.kept(stream) == stand.held(stream)
