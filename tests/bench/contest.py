"""Runs contestants in turns and compares what they reach."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from tests.bench import quiet

# One run of one contestant: figures by name, as in {"requests/s": 1540.0}.
Figures = Mapping[str, float]
Contestants = Mapping[str, Callable[[], Figures]]

OURS = "ours"


class Samples(dict[str, list[Figures]]):
    """What each contestant reached in each round; `others` tells what else took the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[float] = []


@dataclass(frozen=True)
class Goal:
    """What a ratio is to reach, or not to exceed; None for a figure that is only shown."""

    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    def met_by(self, ratio: float) -> bool | None:
        """Whether it is reached; None when there is none."""
        if self.at_least is not None:
            return ratio >= self.at_least
        return None if self.at_most is None else ratio <= self.at_most


@dataclass(frozen=True)
class Row:
    """One line of the table: medians of both sides, and the ratio with its range over rounds.

    Without `against` it is held to an amount: then the range is that of the figure itself.
    """

    work: str
    figure: str
    subject: float
    against: str
    floor: float | None
    ratio: float | None
    lowest: float
    highest: float
    goal: str
    met: bool | None
    rounds: int = 0
    # The largest share of the machine's processors that others took before a round, in percent.
    others: float = 0.0


def run(contestants: Contestants, rounds: int) -> Samples:
    """Every contestant in every round, each round in the opposite order of the one before."""
    samples = Samples()
    samples.update({name: [] for name in contestants})
    for number in range(rounds):
        samples.others.append(quiet.taken_by_others())
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            figures = contestants[name]()
            samples[name].append(figures)
            said = "  ".join(f"{key} {value:,.4g}" for key, value in figures.items())
            sys.stderr.write(f"  round {number + 1}  {name}: {said}\n")
    return samples


def row(
    samples: Samples,
    work: str,
    figure: str,
    against: str,
    goal: Goal = Goal(),
    *,
    subject: str = OURS,
) -> Row:
    """Compare two contestants by one figure; the ratio is taken within each round."""
    ours = [figures[figure] for figures in samples[subject]]
    theirs = [figures[figure] for figures in samples[against]]
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    ratio = median(ratios)
    return Row(
        work=work,
        figure=figure,
        subject=median(ours),
        against=against,
        floor=median(theirs),
        ratio=ratio,
        lowest=min(ratios),
        highest=max(ratios),
        goal=str(goal),
        met=goal.met_by(ratio),
        rounds=len(ours),
        others=max(samples.others, default=0.0),
    )


def amount(
    samples: Samples, work: str, figure: str, goal: Goal = Goal(), *, subject: str = OURS
) -> Row:
    """Hold one figure to an amount instead of a contestant."""
    ours = [figures[figure] for figures in samples[subject]]
    return Row(
        work=work,
        figure=figure,
        subject=median(ours),
        against="",
        floor=None,
        ratio=None,
        lowest=min(ours),
        highest=max(ours),
        goal=str(goal),
        met=goal.met_by(median(ours)),
        rounds=len(ours),
        others=max(samples.others, default=0.0),
    )
