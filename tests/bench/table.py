"""The rows as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config import clock
from tests.bench.contest import Row

_VERDICT = {True: "met", False: "missed", None: ""}


def show(rows: Sequence[Row], rounds: int) -> None:
    """Print the table."""
    table = Table(title=f"medians of {rounds} rounds; the range is that of the ratio")
    for name in ("work", "figure", "ours"):
        table.add_column(name, justify="right" if name == "ours" else "left")
    table.add_column("against")
    for name in ("its figure", "ratio", "goal", "seen"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in rows:
        table.add_row(
            *(row.work, row.figure, f"{row.subject:,.4g}", row.against, f"{row.floor:,.4g}"),
            *(f"{row.ratio:.2f}", row.goal, f"{row.lowest:.2f}–{row.highest:.2f}"),
            _VERDICT[row.met],
        )
    Console(width=None if Console().is_terminal else 150).print(table)


def write(rows: Sequence[Row], rounds: int, path: Path) -> None:
    """Write everything that the table shows."""
    facts = {"at": clock.now().isoformat(), "rounds": rounds, "rows": [asdict(r) for r in rows]}
    path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
