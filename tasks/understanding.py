"""Reads records into our words before the books are opened; what can't be read is set aside."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded

from config.errors import Fault, SkippedRecord
from config.logging import logger
from connectors.base.contract import Connector, Record
from models.order_row import Arrival
from rules.facts import Noun
from rules.records import OrderRecord

log = logger(__name__)


@dataclass
class Understood:
    """Records as they were read: orders, what else a platform says, and what can't be read."""

    arrivals: list[tuple[Record, Arrival]] = field(default_factory=list)
    parked: list[tuple[Record, SkippedRecord]] = field(default_factory=list)
    particulars: list[tuple[Record, Noun]] = field(default_factory=list)


@contextmanager
def alone() -> Iterator[None]:
    """Understand one record inside: a mistake of ours there parks it and no other.

    Raises: SkippedRecord.
    """
    try:
        yield
    except (Fault, SoftTimeLimitExceeded, MemoryError):
        # Of the worker, not of the record: `tasks.isolate` finds out which record it was.
        raise
    except Exception as error:
        log.exception("a record could not be read")
        raise SkippedRecord(
            "record.unreadable",
            f"Reading the record failed ({type(error).__name__}).",
            next_step="Report it: the record is kept as it came and can be replayed once mended.",
        ) from error


def understand(connector: Connector, records: Sequence[tuple[Record, str]]) -> Understood:
    """Read records, each with its correlation id; one that can't be read is left out alone."""
    found = Understood()
    for record, correlation_id in records:
        try:
            with alone():
                noun = connector.read(record)
        except SkippedRecord as reason:
            found.parked.append((record, reason))
            continue
        if isinstance(noun, OrderRecord):
            found.arrivals.append((record, Arrival(noun, record.raw, correlation_id)))
        else:
            found.particulars.append((record, noun))
    return found
