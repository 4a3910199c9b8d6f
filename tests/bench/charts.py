"""A bar chart for each work: ours beside its floor and its peers, on light and dark pages."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from tests.bench import table
from tests.bench.contest import OURS, Row
from tests.bench.findings import Finding, Findings

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
# Of the 760 units that a chart is wide, what its longest bar takes; names and amounts stand aside.
_LONGEST = 440


def write(known: Findings, folder: Path) -> None:
    """Draw all of them; those of works that are gone go."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {name: svg for part, one in known.items() for name, svg in _charts(part, one)}
    for old in folder.glob("*.svg"):
        if old.name not in drawn:
            old.unlink()
    for name, svg in drawn.items():
        (folder / name).write_text(svg + "\n")


def of(part: str, one: Finding) -> list[tuple[str, str]]:
    """The files of a part's charts, each with its title."""
    return [(_file(part, work), _titled(rows[0])) for work, rows in _works(one).items()]


def draw(title: str, bars: Mapping[str, float]) -> str:
    """One chart, the same text for the same figures."""
    longest = max(*bars.values(), 0.0) or 1.0
    drawn = [
        {
            "name": name,
            "kind": "ours" if name == OURS else "other",
            "value": table.number(value),
            "width": round(max(value, 0.0) / longest * _LONGEST),
        }
        for name, value in bars.items()
    ]
    return _TEMPLATES.get_template("chart.svg.jinja").render(title=title, bars=drawn)


def _charts(part: str, one: Finding) -> Iterator[tuple[str, str]]:
    for work, rows in _works(one).items():
        bars = {OURS: rows[0].subject} | {r.against: r.floor for r in rows if r.floor is not None}
        yield _file(part, work), draw(_titled(rows[0]), bars)


def _works(one: Finding) -> dict[str, list[Row]]:
    """By work, the rows of the figure that stands first, where there is something to compare."""
    found: dict[str, list[Row]] = {}
    for row in one.rows:
        if row.floor is not None:
            rows = found.setdefault(row.work, [])
            if not rows or rows[0].figure == row.figure:
                rows.append(row)
    return found


def _titled(row: Row) -> str:
    return f"{row.work}: {row.figure}"


def _file(part: str, work: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", work.lower()).strip("-")
    return f"{plain}.svg" if plain.startswith(part) else f"{part}-{plain}.svg"
