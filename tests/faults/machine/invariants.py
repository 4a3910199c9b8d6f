"""What must hold whatever happened, said of a ledger beside what really took place."""

from dataclasses import dataclass, field

from tests.faults.machine.ledger import Ledger
from tests.faults.machine.till import Till, Version
from tests.faults.machine.world import World

_INVOICED = {"issued", "changed after issue"}


@dataclass
class Watch:
    """Checks ledger after ledger of one merchant; remembers what may never change or go back."""

    versions: dict[str, int] = field(default_factory=dict)
    invoices: dict[int, str] = field(default_factory=dict)

    def check(self, world: World, ledger: Ledger) -> None:
        """Every promise that holds at any moment."""
        told = {(v.guid, v.ms): v for found in world.till.versions.values() for v in found}
        self._orders(ledger, told)
        self._invoices(ledger)
        _deliveries(world, ledger)
        _cursors(world.till, ledger)

    def _orders(self, ledger: Ledger, told: dict[tuple[str, int], Version]) -> None:
        """No version goes back, and each is one that there was, whole and once."""
        for order in ledger.orders:
            guid, ms = order["external_id"], order["ms"]
            assert ms >= self.versions.get(guid, 0), f"{guid} went back to an older version"
            self.versions[guid] = ms
            version = told[guid, ms]
            assert version.readable
            assert (order["lines"], order["sold"]) == (1, version.pence), order
            assert order["pence"] == version.pence or version.kind in ("voided", "deleted"), order
            assert order["state"] == ("open" if version.kind == "open" else "closed")
            assert (order["voided"], order["deleted"]) == (
                version.kind == "voided",
                version.kind == "deleted",
            )
        names = [order["external_id"] for order in ledger.orders]
        assert len(names) == len(set(names))

    def _invoices(self, ledger: Ledger) -> None:
        """One a sale, in numbers without a gap, tied to its order, the same for ever."""
        sequences = [one["sequence"] for one in ledger.invoices]
        assert sequences == list(range(1, len(sequences) + 1)), "a number is missing or twice"
        assert ledger.next_number == len(sequences) + 1
        by_order = {one["order_id"]: one for one in ledger.invoices}
        assert len(by_order) == len(sequences), "a sale has two invoices"
        for one in ledger.invoices:
            assert one["pence"] == one["sold"]
            assert self.invoices.setdefault(one["sequence"], one["text"]) == one["text"]
        assert len(sequences) >= len(self.invoices), "an issued invoice is gone"
        for order in ledger.orders:
            found = by_order.get(order["id"])
            assert (found is not None) == (order["invoice_state"] in _INVOICED), order
            if found and order["invoice_state"] == "issued":
                assert found["pence"] == order["pence"]
                assert (order["voided"], order["deleted"]) == (False, False)


def _deliveries(world: World, ledger: Ledger) -> None:
    """What was answered is there; what is done is in the books; what is refused says why."""
    kept = {event["delivery_id"] for event in ledger.events}
    assert world.acknowledged <= kept | world.forgotten, "an acknowledged delivery is lost"
    assert kept <= set(world.sent)
    standing = {order["external_id"]: order["ms"] for order in ledger.orders}
    for event in ledger.events:
        version = world.sent[event["delivery_id"]]
        if event["state"] == "done":
            assert version is not None, "rubbish passed for an order"
            assert event["record"] == version.guid
            assert standing.get(version.guid, 0) >= version.ms, "done, but not in the books"
        elif event["state"] == "parked":
            assert event["error"]
    for run in ledger.runs:
        assert run["rows_read"] == run["told"], "a row of a pull was dropped without a word"


def _cursors(till: Till, ledger: Ledger) -> None:
    """Whatever a cursor says was read is in the books, or parked with its reason."""
    standing = {order["external_id"]: order["ms"] for order in ledger.orders}
    parked = {record["external_id"] for record in ledger.parked}
    read = {cursor["place"]: cursor["ms"] or 0 for cursor in ledger.cursors}
    for guid, versions in till.versions.items():
        newest = versions[-1]
        if newest.ms < read.get(newest.place, 0):
            there = standing.get(guid, 0) >= newest.ms if newest.readable else guid in parked
            assert there, f"{guid} was passed by"


def settled(world: World, ledger: Ledger) -> None:
    """Once all has been quiet for a while: nothing waits, and every sale has its invoice."""
    assert not world.queue, "messages are left"
    waiting = [event for event in ledger.events if event["state"] == "pending"]
    assert not waiting, f"deliveries wait for ever: {waiting}"
    for event in ledger.events:
        version = world.sent[event["delivery_id"]]
        if version is not None and event["delivery_id"] in world.thin:
            version = world.till.versions[version.guid][-1]
            # Asked for before its order became unreadable or after: either is right.
            if not version.readable:
                continue
        wanted = version is not None and version.readable
        assert wanted == (event["state"] == "done"), event
    assert not [order for order in ledger.orders if order["invoice_state"] == "due"]


def complete(world: World, ledger: Ledger) -> None:
    """After a last reading: the books are the till's, and every sale was invoiced once."""
    standing = {order["external_id"]: order for order in ledger.orders}
    parked = {record["external_id"] for record in ledger.parked}
    invoiced = {one["order_id"] for one in ledger.invoices}
    for guid, versions in world.till.versions.items():
        newest = versions[-1]
        if not newest.readable:
            assert guid in parked
            continue
        assert guid not in parked, "a record that is in the books is still parked"
        assert standing[guid]["ms"] == newest.ms
        if newest.kind == "closed":
            assert standing[guid]["id"] in invoiced
