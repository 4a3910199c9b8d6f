"""A takeaway whose orders a test writes down as a CSV."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select, update

from config import clock
from models import Connection, Invoice, Order, Slice, SyncRun
from models.session import unit_of_work
from sandbox.toast import Served
from tests.integration.cli.conftest import settings_of, written
from tests.integration.cli.typed import typed
from tests.shop import open_till

HEADER = ("Order Number", "Order Date", "Item Name", "Quantity", "Product Price")
FIRST_DAY = date(2018, 1, 1)
PRICE = Decimal("4.50")
BULK = "/orders/v2/ordersBulk"


@dataclass(frozen=True)
class Takeaway:
    """A connected stand-in with one order a day from `FIRST_DAY` on."""

    served: Served
    name: str
    connection_id: int
    days: int

    @property
    def since(self) -> str:
        """The first order's date."""
        return FIRST_DAY.isoformat()

    @property
    def until(self) -> str:
        """The last order's date."""
        return (FIRST_DAY + timedelta(days=self.days - 1)).isoformat()

    @property
    def span(self) -> tuple[str, ...]:
        """The command that imports all of it."""
        return ("import", self.name, "--since", self.since, "--until", self.until)

    @contextmanager
    def failing(self, *, well: int = 0, **fault: Any) -> Iterator[None]:
        """Inside, the platform's orders fail in this way, after so many calls that go well."""
        rules = [{"route": BULK, "kind": "status", **fault}]
        if well:
            rules.insert(0, {"route": BULK, "kind": "slow", "delay_s": 0, "times": well})
        requests.post(f"{self.served.url}/control/faults", json=rules, timeout=5)
        try:
            yield
        finally:
            requests.delete(f"{self.served.url}/control/faults", timeout=5)

    def books(self) -> list[tuple[str, Decimal, str]]:
        """Every order by number, with its total and what its invoice stands at."""
        with unit_of_work() as session:
            rows = session.execute(
                select(Order.display_number, Order.total, Order.invoice_state)
                .where(Order.connection_id == self.connection_id)
                .order_by(Order.display_number)
            )
            return [tuple(row) for row in rows]

    def invoiced(self) -> list[int]:
        """The invoices' numbers in their series."""
        with unit_of_work() as session:
            query = select(Invoice.sequence).where(Invoice.connection_id == self.connection_id)
            return sorted(session.scalars(query))

    def slices_done(self) -> int:
        """How many slices have been read."""
        with unit_of_work() as session:
            query = (
                select(func.count(Slice.id))
                .join(SyncRun, SyncRun.id == Slice.run_id)
                .where(SyncRun.connection_id == self.connection_id, Slice.status == "done")
            )
            return session.scalar(query) or 0

    def halfway(self) -> bool:
        """Whether some slices have been read and one is being read."""
        with unit_of_work() as session:
            held = session.scalars(
                select(Slice.id)
                .join(SyncRun, SyncRun.id == Slice.run_id)
                .where(SyncRun.connection_id == self.connection_id)
                .where(Slice.leased_until.is_not(None))
            ).first()
        return held is not None and self.slices_done() > 0

    def hold_one(self) -> None:
        """As if a reader that nobody sees were at a slice that is still to be read."""
        with unit_of_work() as session:
            left = select(func.min(Slice.id)).where(Slice.status != "done").scalar_subquery()
            until = clock.now() + timedelta(hours=1)
            session.execute(update(Slice).where(Slice.id == left).values(leased_until=until))

    def end_leases(self) -> None:
        """As if the time of every reader were up."""
        with unit_of_work() as session:
            session.execute(update(Slice).values(leased_until=None))


@contextmanager
def takeaway(folder: Path, name: str, days: int = 120) -> Iterator[Takeaway]:
    """A takeaway with an order a day, connected in the current database."""
    with open_till(seed=orders(folder, days)) as served:
        said = typed("connect", "toast", name, "--config", written(folder, settings_of(served)))
        assert said.code == 0, said.err
        with unit_of_work() as session:
            found = session.scalars(select(Connection.id).where(Connection.name == name)).one()
        yield Takeaway(served, name, found, days)


def orders(folder: Path, days: int) -> Path:
    """A CSV of one order a day: two of the same at PRICE."""
    file = folder / "orders.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEADER)
        for day in range(days):
            at = FIRST_DAY + timedelta(days=day)
            rows.writerow((1000 + day, f"{at:%d/%m/%Y} 18:30", "Onion Bhaji", 2, PRICE))
    return file
