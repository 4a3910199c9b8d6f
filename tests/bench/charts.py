"""A bar chart for each work: ours beside its floor and its peers, readable on light and dark."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pygal
from pygal.style import Style

from tests.bench import table
from tests.bench.contest import OURS, Row
from tests.bench.findings import Finding, Findings

# In the middle between black and white: a page may be either, and an image doesn't know.
_GREY, _OURS, _OTHERS = "#7d8590", "#2f81f7", "#9a8c7c"
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_GREY,
    foreground_strong=_GREY,
    foreground_subtle=_GREY,
    opacity=1,
    font_family="system-ui, sans-serif",
    colors=(_OURS,),
    value_font_size=13,
    label_font_size=13,
    major_label_font_size=13,
    title_font_size=15,
)
_BAR, _REST = 32, 70
# pygal writes the day into each file; a chart changes when its figures do.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


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
    chart = pygal.HorizontalBar(
        style=_STYLE,
        title=title,
        width=760,
        height=_REST + _BAR * len(bars),
        no_prefix=True,
        js=[],
        disable_xml_declaration=True,
        show_legend=False,
        show_x_guides=False,
        show_y_guides=False,
        show_x_labels=False,
        range=(0, max(bars.values())),
        margin=8,
    )
    # From the bottom up: ours stands on top.
    names = list(reversed(bars))
    chart.x_labels = [f"{name}   {table.number(bars[name])}" for name in names]
    colours = {True: _OURS, False: _OTHERS}
    chart.add(
        title, [{"value": bars[n], "color": colours[n.startswith(OURS)]} for n in names]
    )
    return _COMMENT.sub("", str(chart.render(is_unicode=True))).replace(' id=""', "")


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
