"""The gauges that Prometheus sees, from the installation's vital signs."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from dashboard.broker import Reading
from models.vital_signs import VitalSigns

_OF = ["organization_id", "connection", "platform"]


def of(signs: VitalSigns, now: datetime) -> Iterator[Metric]:
    """Every gauge with its samples."""
    yield from _connections(signs, now)
    yield from _streams(signs, now)
    totals = signs.totals
    yield _one("taxpoynt_orders", "Orders in the books, estimated when many.", totals.orders)
    yield _one("taxpoynt_invoices", "Invoices issued.", totals.invoices)
    yield _one("taxpoynt_invoices_due", "Orders that owe an invoice.", totals.invoices_due)
    yield _one("taxpoynt_invoices_parked", "Orders set aside uninvoiced.", totals.invoices_parked)
    yield _one("taxpoynt_dead_messages", "Messages no worker took.", totals.dead_messages)
    yield _one("taxpoynt_slices_failed", "Parts of imports given up.", totals.slices_failed)
    if totals.beat_at is not None:
        # One that lies ahead is of a clock that was set back since: `vital_signs.is_silent`.
        age = abs((now - totals.beat_at).total_seconds())
        yield _one("taxpoynt_beat_age_seconds", "Since the timetable last rang.", age)


def of_broker(reading: Reading) -> Iterator[Metric]:
    """The broker's, as far as it told."""
    if reading.up is None:
        return
    yield _one("taxpoynt_broker_up", "1 while the broker answers.", float(reading.up))
    if reading.memory_share is not None:
        share = reading.memory_share
        yield _one("taxpoynt_broker_memory_share", "How full its memory is; 1 is full.", share)
    if reading.evicts is not None:
        evicts = float(reading.evicts)
        yield _one("taxpoynt_broker_evicts", "1 while it may throw work away.", evicts)
        waiting = reading.set_aside
        yield _one("taxpoynt_dead_messages_unstored", "Dead, not rows yet.", waiting)


def _connections(signs: VitalSigns, now: datetime) -> Iterator[Metric]:
    waiting = _gauge("inbox_waiting", "Deliveries not handled yet.")
    oldest = _gauge("inbox_oldest_age_seconds", "Age of the oldest delivery not handled yet.")
    parked = _gauge("inbox_parked", "Deliveries set aside for a person.")
    records = _gauge("records_parked", "Pulled records set aside for a person.")
    success = _gauge("connection_success_age_seconds", "Since the platform last answered well.")
    silent = _gauge("deliveries_missing_seconds", "Since sales change without a delivery; 0: no.")
    status = _gauge("connection_status", "1 for the status a connection has.", "status")
    for row in signs.connections:
        labels = [str(row.organization_id), row.name, row.platform]
        waiting.add_metric(labels, row.waiting)
        oldest.add_metric(labels, _since(row.waiting_since, now))
        parked.add_metric(labels, row.parked_events)
        records.add_metric(labels, row.parked_records)
        silent.add_metric(labels, _since(row.unannounced_since, now))
        status.add_metric([*labels, row.status], 1)
        if row.last_success_at is not None:
            success.add_metric(labels, _since(row.last_success_at, now))
    yield from (waiting, oldest, parked, records, success, silent, status)


def _streams(signs: VitalSigns, now: datetime) -> Iterator[Metric]:
    lag = _gauge(
        "cursor_lag_seconds", "Age of the oldest watermark of a stream of sales.", "stream"
    )
    failures = _gauge("sync_failures", "Failures in a row of a stream's pulls.", "stream")
    for row in signs.streams:
        labels = [str(row.organization_id), row.name, row.platform, row.stream]
        failures.add_metric(labels, row.failures)
        if row.watermark is not None:
            lag.add_metric(labels, _since(row.watermark, now))
    yield from (lag, failures)


def _gauge(name: str, help_: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"taxpoynt_{name}", help_, labels=[*_OF, *more])


def _one(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_, value=value)


def _since(instant: datetime | None, now: datetime) -> float:
    return max(0.0, (now - instant).total_seconds()) if instant else 0.0
