"""The one checker: what was accepted, against what the inbox, the books and the invoices hold.

The invariants it looks at, once all is quiet:

1. every delivery answered 2xx is in the inbox;
2. each of them is done, or set aside with a reason;
3. each order is there once, with one line, and sums up to what was sent;
4. its version is the newest one accepted, never an older one;
5. nothing is left pending, and nothing in the broker that nobody takes;
6. invoices are numbered without a gap, one a sale, each the sum of its lines and of its order;
7. nothing is there that was refused or never sent.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from tests.deliveries import Sent
from tests.faults.history import History

Rows = Callable[..., list[tuple[Any, ...]]]


@dataclass
class Findings:
    """What is not as it should be, a sentence each. All empty: the invariants hold."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, kind.name) for kind in fields(self))

    def add(self, more: "Findings") -> None:
        """With those of another look."""
        for kind in fields(self):
            getattr(self, kind.name).extend(getattr(more, kind.name))

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {kind.name: len(getattr(self, kind.name)) for kind in fields(self)}

    def __str__(self) -> str:
        said = [
            f"{kind.name}: {sentence}"
            for kind in fields(self)
            for sentence in getattr(self, kind.name)[:10]
        ]
        return f"{self.counts()}\n" + "\n".join(said)


def look(
    rows: Rows, history: History, connection_id: int, untaken: Mapping[str, int] | None = None
) -> Findings:
    """Compare; call it once nothing is owed any more. `untaken` is what `queues.untaken` found."""
    found = Findings()
    found.lost += [
        f"{number} messages are left in {queue}, and nobody takes them"
        for queue, number in (untaken or {}).items()
    ]
    _inbox(rows, history, connection_id, found)
    _orders(rows, history, connection_id, found)
    _invoices(rows, history, connection_id, found)
    _numbers(rows, connection_id, found)
    return found


def check(
    rows: Rows, history: History, connection_id: int, untaken: Mapping[str, int] | None = None
) -> None:
    """Raises: AssertionError that lists what does not hold."""
    found = look(rows, history, connection_id, untaken)
    assert not found, f"{found}\nanswers: {dict(history.statuses)}"


def owed(rows: Rows, connection_id: int) -> int:
    """How much is still to be done: deliveries that wait, invoices that are due."""
    (pending,) = rows(
        "SELECT (SELECT count(*) FROM inbox_events WHERE connection_id = %s AND state = 'pending')"
        " + (SELECT count(*) FROM orders WHERE connection_id = %s AND invoice_state = 'due')",
        connection_id,
        connection_id,
    )
    return int(pending[0])


def _inbox(rows: Rows, history: History, connection_id: int, found: Findings) -> None:
    held = rows(
        "SELECT delivery_id, state, coalesce(error_code, '') FROM inbox_events"
        " WHERE connection_id = %s",
        connection_id,
    )
    by_event = {event: (state, code) for event, state, code in held}
    found.lost += [
        f"delivery {event} was answered 2xx and is not in the inbox"
        for event in history.accepted
        if event not in by_event
    ]
    doubled = [event for event, times in Counter(e for e, _, _ in held).items() if times > 1]
    found.doubled += [f"delivery {event} is in the inbox twice" for event in doubled]
    for event, (state, code) in by_event.items():
        one = history.sent.get(event)
        if one is None or not one.good:
            found.wrong.append(f"delivery {event} is in the inbox and was refused or never sent")
        if state == "pending":
            found.lost.append(f"delivery {event} still waits ({code})")
        if state == "parked" and not code:
            found.wrong.append(f"delivery {event} is parked without a reason")
        if state == "parked" and one is not None and one.good:
            found.lost.append(f"delivery {event} is good and was parked: {code}")


def _newest(deliveries: Sequence[Sent]) -> dict[str, Sent]:
    newest: dict[str, Sent] = {}
    for one in deliveries:
        if one.order not in newest or newest[one.order].version < one.version:
            newest[one.order] = one
    return newest


def _orders(rows: Rows, history: History, connection_id: int, found: Findings) -> None:
    held = rows(
        "SELECT o.external_id, (o.total * 100)::bigint, count(l.id),"
        " coalesce(sum(l.amount) * 100, 0)::bigint"
        " FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id"
        " WHERE o.connection_id = %s GROUP BY o.id",
        connection_id,
    )
    good = [one for one in history.sent.values() if one.good]
    by_cents = {(one.order, one.cents): one.version for one in good}
    owing = _newest([one for one in history.accepted.values() if one.good])
    stored = {order: cents for order, cents, _, _ in held}
    found.lost += [f"order {order} is missing" for order in owing if order not in stored]
    if len(stored) < len(held):
        found.doubled.append(f"{len(held) - len(stored)} orders are there twice")
    for order, cents, lines, sum_of_lines in held:
        version = by_cents.get((order, cents))
        if version is None:
            found.wrong.append(f"order {order} comes to {cents} cents, which nobody sent")
        elif order in owing and version < owing[order].version:
            found.stale.append(f"order {order} is at {version}, not at {owing[order].version}")
        if lines > 1:
            found.doubled.append(f"order {order} has {lines} lines instead of one")
        elif sum_of_lines != cents:
            found.wrong.append(f"order {order} comes to {cents}, its lines to {sum_of_lines}")


def _invoices(rows: Rows, history: History, connection_id: int, found: Findings) -> None:
    held = rows(
        "SELECT o.external_id, o.invoice_state, o.total, i.id, i.total, i.net + i.tax,"
        " (SELECT sum(l.net + l.tax) FROM invoice_lines l WHERE l.invoice_id = i.id)"
        " FROM orders o LEFT JOIN invoices i ON i.order_id = o.id WHERE o.connection_id = %s",
        connection_id,
    )
    prices = {(one.order, one.cents) for one in history.sent.values() if one.good}
    seen: Counter[str] = Counter()
    for order, state, due, invoice, total, of_head, of_lines in held:
        if invoice is None:
            found.lost.append(f"order {order} has no invoice ({state})")
            continue
        seen[order] += 1
        if not total == of_head == of_lines:
            found.wrong.append(f"invoice of {order}: {total}, head {of_head}, lines {of_lines}")
        if (order, int(total * 100)) not in prices:
            found.wrong.append(f"invoice of {order} comes to {total}, which nobody sent")
        if (state == "issued") != (total == due):
            found.wrong.append(f"order {order} is {state} with {due} due and {total} invoiced")
    found.doubled += [f"order {order} has {n} invoices" for order, n in seen.items() if n > 1]


def _numbers(rows: Rows, connection_id: int, found: Findings) -> None:
    """Of the whole organization: a series runs over all of its connections."""
    held = rows(
        "SELECT i.series_id, i.sequence FROM invoices i JOIN connections c"
        " ON c.organization_id = i.organization_id WHERE c.id = %s ORDER BY 1, 2",
        connection_id,
    )
    by_series: dict[int, list[int]] = {}
    for series, sequence in held:
        by_series.setdefault(series, []).append(sequence)
    for sequences in by_series.values():
        missing = set(range(1, sequences[-1] + 1)) - set(sequences)
        found.wrong += [f"number {number} is missing" for number in sorted(missing)[:10]]
        if len(set(sequences)) < len(sequences):
            found.doubled.append("a number was given twice")
