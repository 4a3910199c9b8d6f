"""The rows as a table: on the terminal, and as a page's."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.contest import Row
from tests.bench.findings import Findings
from tests.bench.quiet import BUSY_PERCENT

_VERDICT = {True: "met", False: "missed", None: ""}
_HEAD = ("work", "figure", "ours", "against", "ratio", "range", "goal", "")
# Of the page's columns, those that hold numbers.
_ALIGNED = "|---|---|--:|---|--:|--:|--:|---|"


def show(findings: Findings) -> None:
    """Print the table."""
    table = Table(title="medians; the range is that of the ratio, else of the figure")
    for name in _HEAD:
        table.add_column(name, justify="right" if name in ("ours", "ratio", "goal") else "left")
    for one in findings.values():
        for row in one.rows:
            table.add_row(row.work, row.figure, *_cells(row))
    Console(width=None if Console().is_terminal else 150).print(table)


def markdown(rows: Sequence[Row]) -> str:
    """As a table of a page; work is named once."""
    return "\n".join([f"| {' | '.join(_HEAD)} |", _ALIGNED, *_lines(rows)])


def number(value: float) -> str:
    """Three digits that count, as people write them."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    last = ("", "")
    for row in rows:
        work = "" if row.work == last[0] else row.work
        yield f"| {work} | {row.figure} | {' | '.join(_cells(row))} |"
        last = (row.work, row.figure)


def _cells(row: Row) -> tuple[str, ...]:
    against = "" if row.floor is None else f"{row.against}: {number(row.floor)}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    form = f"{row.lowest:.2f}–{row.highest:.2f}"
    span = form if row.ratio is not None else f"{number(row.lowest)}–{number(row.highest)}"
    return number(row.subject), against, ratio, span, row.goal, _verdict(row)


def _verdict(row: Row) -> str:
    said = _VERDICT[row.met]
    if row.others > BUSY_PERCENT:
        return f"{said} (busy)".strip()
    return said
