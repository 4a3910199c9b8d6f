"""However a reading ends, the row it held says so and is let in by others."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from config.errors import Fault, PermanentError, SkippedRecord, TransientError
from models import Connection, StreamCursor
from models.lease import LeaseLostError
from tasks.pull import Pull, noting


class Reader:
    """A pull, and what was done about it."""

    def __init__(self) -> None:
        self.pull = Pull(Connection(), 1, "c", StreamCursor())
        self.given_up: list[Fault] = []
        self.let_go = 0

    def read(self, error: BaseException) -> None:
        with noting(self.pull, self._give_up, self._let_go):
            raise error

    def _give_up(self, pull: Pull[StreamCursor], fault: Fault) -> None:
        assert pull is self.pull
        self.given_up.append(fault)

    def _let_go(self, pull: Pull[StreamCursor]) -> None:
        assert pull is self.pull
        self.let_go += 1


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("kind", [TransientError, PermanentError])
def test_a_fault_is_noted(reader: Reader, kind: type[Fault]) -> None:
    fault = kind("till.odd", "It is odd.")
    reader.read(fault)
    assert (reader.pull.fault, reader.given_up, reader.let_go) == (fault, [fault], 0)


@pytest.mark.parametrize("error", [KeyError("private"), SkippedRecord("x", "private")])
def test_a_mistake_of_ours_is_noted_as_one(reader: Reader, error: Exception) -> None:
    reader.read(error)
    assert reader.given_up == [reader.pull.fault]
    assert reader.pull.fault is not None
    assert reader.pull.fault.code == "reading.failed"
    assert "private" not in reader.pull.fault.sentence


def test_who_took_over_notes_for_itself(reader: Reader) -> None:
    lost = LeaseLostError("lease.lost", "Another worker took this reading over.")
    reader.read(lost)
    assert (reader.pull.fault, reader.given_up, reader.let_go) == (lost, [], 0)


def test_who_is_stopped_by_hand_lets_go(reader: Reader) -> None:
    with pytest.raises(KeyboardInterrupt):
        reader.read(KeyboardInterrupt())
    assert (reader.pull.fault, reader.given_up, reader.let_go) == (None, [], 1)


def test_whose_time_is_up_stops_where_it_stands(reader: Reader) -> None:
    with pytest.raises(SoftTimeLimitExceeded):
        reader.read(SoftTimeLimitExceeded())
    assert (reader.pull.fault, reader.given_up, reader.let_go) == (None, [], 0)
