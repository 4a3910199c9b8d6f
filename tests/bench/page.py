"""The page of the figures: what is between its markers is written anew, the rest is people's."""

from tests.bench import charts, findings, table
from tests.bench.findings import Finding, Findings
from tests.bench.parts import PARTS
from tests.bench.quiet import BUSY_PERCENT
from tests.children import ROOT

PAGE = ROOT / "docs" / "performance.md"
# Beside it: the charts, and the figures themselves for the next run to go on from.
FOLDER = ROOT / "docs" / "performance"
FIGURES = FOLDER / "figures.json"
_BEGIN, _END = "<!-- {}: written by make bench -->", "<!-- {}: end -->"
FOUND = "figures"


class MarkerError(ValueError):
    """A page without the place that is to be written."""


def write(new: Findings, order: list[str]) -> None:
    """Put what was found into the page, and keep what is known of parts that did not run."""
    known = findings.merged(findings.read(FIGURES), new, order)
    findings.write(known, FIGURES)
    charts.write(known, FOLDER)
    PAGE.write_text(between(PAGE.read_text(), FOUND, _found(known, FOLDER.name)))


def between(text: str, name: str, inside: str) -> str:
    """`text` with `inside` between the markers of `name`. Raises: MarkerError when it has none."""
    begin, end = _BEGIN.format(name), _END.format(name)
    head, opened, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not opened or not closed:
        raise MarkerError(f"The page has no '{begin}' followed by '{end}'.")
    return f"{head}{begin}\n\n{inside.strip()}\n\n{end}{tail}"


def _found(known: Findings, folder: str) -> str:
    parts = [_facts(known)]
    for part, one in known.items():
        drawn = [f"![{title}]({folder}/{file})" for file, title in charts.of(part, one)]
        parts += [f"### {PARTS[part].title}", _seen(one), table.markdown(one.rows), *drawn]
    return "\n\n".join(parts)


def _facts(known: Findings) -> str:
    seconds = sum(one.seconds for one in known.values())
    machines = {tuple(one.machine.items()): one.machine for one in known.values()}
    lines = [
        "; ".join(f"{name} {said}" for name, said in each.items()) for each in machines.values()
    ]
    seen = "\n".join(f"Seen on: {line}." for line in lines)
    return f"{seen}\nAll of it takes {seconds / 60:.0f} minutes."


def _seen(one: Finding) -> str:
    rounds = sorted({row.rounds for row in one.rows})
    times = "one round" if rounds == [1] else f"{'–'.join(map(str, rounds))} rounds"
    said = f"{one.at[:10]}, {times}, {one.seconds / 60:.1f} minutes"
    if one.quick:
        said += "; small, for a first look"
    busiest = max((row.others for row in one.rows), default=0.0)
    if busiest > BUSY_PERCENT:
        said += f"; others took up to {busiest:.0f} % of the machine, so only ratios count"
    return said + "."
