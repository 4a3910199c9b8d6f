"""Reads orders from a CSV, line by line; what is broken is reported and skipped alone."""

from __future__ import annotations

import csv
import logging
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.toast.seed_value import cents, opened_ms, quantity
from sandbox.toast.takeaway import SeedOrder

log = logging.getLogger(__name__)

COLUMNS = ("Order Number", "Order Date", "Item Name", "Quantity", "Product Price")


@dataclass
class SeedReport:
    """What became of a seed file; a broken row is named with its line and the reason."""

    file: str = ""
    orders: int = 0
    lines: int = 0
    broken: list[dict[str, int | str]] = field(default_factory=list)


def read_seed(path: Path) -> tuple[list[SeedOrder], SeedReport]:
    """Read the file; broken rows are reported and skipped, each alone.

    Raises:
        ValueError: the file has not the columns of such a CSV; the sentence names those missing.
    """
    report = SeedReport(file=path.name)
    orders: dict[str, SeedOrder] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        places = _columns(next(csv.reader([file.readline()]), []), path.name)
        for number, line in enumerate(file, start=2):
            try:
                _take(_split(line), places, orders)
            except ValueError as error:
                _report(report, number, str(error))
    report.orders = len(orders)
    report.lines = sum(len(order.items) for order in orders.values())
    return list(orders.values()), report


def _split(line: str) -> list[str]:
    # Line by line, so that a stray quote can't swallow the neighbours.
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise ValueError(f"not a CSV row: {error}") from error


def _report(report: SeedReport, line: int, reason: str) -> None:
    report.broken.append({"line": line, "reason": reason})
    log.warning("%s, line %d skipped: %s", report.file, line, reason)


def _columns(header: list[str], name: str) -> tuple[int, ...]:
    header = [title.strip() for title in header]
    missing = [title for title in COLUMNS if title not in header]
    if missing:
        raise ValueError(
            f"{name} is not an order CSV: it has no column {', '.join(map(repr, missing))}."
        )
    return tuple(header.index(title) for title in COLUMNS)


def _take(row: list[str], places: tuple[int, ...], orders: dict[str, SeedOrder]) -> None:
    if not row:
        return
    if len(row) <= max(places):
        raise ValueError(f"only {len(row)} columns")
    number, opened, name, pieces, price = (row[place].strip() for place in places)
    if not number or not name:
        raise ValueError("no order number" if not number else "no item name")
    item = (name, quantity(pieces), cents(price))
    order = SeedOrder(number, opened_ms(opened))
    orders.setdefault(number, order).items.append(item)
