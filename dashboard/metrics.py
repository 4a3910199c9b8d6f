"""The numbers as Prometheus reads them: the database's at scrape, and what the doors counted."""

import threading
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MutexValue, ValueClass
from sqlalchemy.exc import SQLAlchemyError

from config import clock
from config.errors import TransientError
from config.logging import logger
from dashboard import broker, counters, gauges
from models import vital_signs
from models.session import unit_of_work

log = logger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST
_READS = next(iter(counters.reads.describe())).name
# However many scrape, the database is asked no more often than this.
_KEPT_S = 5.0


class DatabaseGauges(Collector):
    """Gauges read from the database, kept for a few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._found: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """The newest gauges; only `taxpoynt_database_up` when there is no database."""
        with self._lock:
            if clock.monotonic() - self._read_at >= _KEPT_S:
                self._found = _read()
                self._read_at = clock.monotonic()
            found = self._found
        yield from found

    def describe(self) -> list[Metric]:
        """Nothing in advance, so that registering asks no database."""
        return []


def _read() -> list[Metric]:
    up = GaugeMetricFamily("taxpoynt_database_up", "1 while the database answers.")
    try:
        with unit_of_work() as session:
            signs = vital_signs.read(session)
    except (TransientError, SQLAlchemyError) as error:
        log.warning("no numbers from the database", error=type(error).__name__)
        up.add_metric([], 0)
        return [up]
    up.add_metric([], 1)
    return [up, *gauges.of(signs, clock.now())]


class BrokerGauges(Collector):
    """Gauges of the broker, asked at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """How it is; only `taxpoynt_broker_up` when it is away, nothing when it isn't Redis."""
        yield from gauges.of_broker(broker.look())

    def describe(self) -> list[Metric]:
        """Nothing in advance, so that registering asks nobody."""
        return []


_database, _broker = DatabaseGauges(), BrokerGauges()


def text() -> bytes:
    """All numbers of this installation's doors and database."""
    ours = CollectorRegistry()
    ours.register(_database)
    ours.register(_broker)
    return _counted() + generate_latest(ours)


def _counted() -> bytes:
    """What the doors counted: added up over processes when there are several."""
    together = REGISTRY
    if ValueClass is not MutexValue:
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    ratio = CollectorRegistry()
    ratio.register(HitRatio(together))
    return generate_latest(together) + generate_latest(ratio)


class HitRatio(Collector):
    """How many of a cache's reads found what they wanted, of one, by kind."""

    def __init__(self, counted: CollectorRegistry) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        """Nothing of a kind that nobody read yet."""
        found = GaugeMetricFamily(
            "taxpoynt_cache_hit_ratio", "Reads of the cache that were hits.", labels=["kind"]
        )
        reads: dict[str, dict[str, float]] = {}
        for metric in self._counted.collect():
            for sample in metric.samples if metric.name == _READS else ():
                if sample.name.endswith("_total"):
                    by_result = reads.setdefault(sample.labels["kind"], {})
                    by_result[sample.labels["result"]] = sample.value
        for kind, by_result in reads.items():
            if total := sum(by_result.values()):
                found.add_metric([kind], by_result.get("hit", 0.0) / total)
        yield found
