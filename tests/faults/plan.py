"""What will go wrong, when and for how long: drawn wholly from a seed before anything starts."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

WORKERS = 2
# Before the first fault there is something to lose; after the last one there is time to notice.
_QUIET_S = 2.0
# From one fault to the next, of whatever kind.
_BETWEEN_S = (0.6, 1.8)
# What was hit is left alone so long, so that it does some work between two faults.
_REST_S = 2.0


@dataclass(frozen=True)
class Kind:
    """One way in which something goes wrong; `lasts_s` from and to, none for what is over at once.

    Of what one `subject` is the victim, one fault goes on at a time.
    """

    name: str
    subject: str
    lasts_s: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fault:
    """One fault of a storm, so many seconds after its begin; of workers, `number` says which."""

    at_s: float
    kind: Kind
    number: int
    lasts_s: float

    @property
    def victim(self) -> str:
        """Whom it hits."""
        return f"{self.kind.subject} {self.number}" if self.number else self.kind.subject

    def __str__(self) -> str:
        how_long = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.at_s:5.1f} s  {self.kind.name}{f' {self.number}' if self.number else ''}" + (
            how_long
        )


KINDS = (
    Kind("worker's parent killed", "worker"),
    Kind("worker's child killed", "worker"),
    Kind("worker killed altogether", "worker"),
    Kind("worker told to stop", "worker"),
    Kind("worker frozen", "worker", (0.5, 6.0)),
    Kind("broker frozen", "broker", (0.5, 4.0)),
    Kind("broker killed", "broker"),
    Kind("broker emptied", "broker"),
    Kind("broker's connections cut", "broker"),
    Kind("broker's replies cut short", "broker", (0.3, 1.5)),
    Kind("signals lost on their way to a worker", "broker", (0.5, 2.0)),
    Kind("broker silent", "broker", (0.5, 6.0)),
    Kind("broker unreachable", "broker", (0.5, 3.0)),
    Kind("database frozen", "database", (0.5, 3.0)),
    Kind("database killed", "database"),
    Kind("database's connections cut", "database"),
    Kind("database's replies cut short", "database", (0.3, 1.5)),
    Kind("commits left unanswered", "database", (0.5, 2.0)),
    Kind("database silent", "database", (0.5, 3.0)),
    Kind("database unreachable", "database", (0.5, 2.0)),
    Kind("beat killed", "beat"),
    Kind("beat frozen", "beat", (0.5, 6.0)),
    Kind("beat doubled", "beat", (3.0, 8.0)),
    Kind("web killed", "web"),
    Kind("web's child killed", "web"),
    Kind("web frozen", "web", (0.3, 3.0)),
    Kind("web told to stop", "web"),
)

# A child is back at once, and a worker works between the kills of its children.
_KILLED = tuple(kind for kind in KINDS if kind.subject == "worker" and "killed" in kind.name)
_WEIGHTS = [4 if "child" in kind.name else 1 for kind in _KILLED]
KILLS, KILLS_S = 60, 180.0


def plan(seed: int, seconds: float, kinds: tuple[Kind, ...] = KINDS) -> list[Fault]:
    """The faults of a storm, in order; each kind comes as often as any other, or once less."""
    chance = random.Random(seed)
    free_at: dict[str, float] = defaultdict(float)
    found: list[Fault] = []
    now = _QUIET_S
    for kind in _shuffled_for_ever(chance, kinds):
        now += chance.uniform(*_BETWEEN_S)
        lasts_s = chance.uniform(*kind.lasts_s) if kind.lasts_s else 0.0
        number = chance.randint(1, WORKERS) if kind.subject == "worker" else 0
        fault = Fault(now, kind, number, lasts_s)
        at_s = max(now, free_at[fault.victim])
        if now > seconds:
            return sorted(found, key=lambda fault: fault.at_s)
        if at_s + lasts_s > seconds:
            continue
        found.append(Fault(at_s, kind, number, lasts_s))
        free_at[fault.victim] = at_s + lasts_s + _REST_S
    raise AssertionError("there are always more faults")


def kills(seed: int, seconds: float) -> list[Fault]:
    """Nothing but workers and their children killed, in turns, `KILLS` within `KILLS_S`."""
    chance = random.Random(seed)
    each_s = KILLS_S / KILLS
    which = chance.choices(_KILLED, _WEIGHTS, k=int(seconds / each_s))
    return [
        Fault((turn + chance.random()) * each_s, kind, turn % WORKERS + 1, 0.0)
        for turn, kind in enumerate(which)
    ]


def _shuffled_for_ever(chance: random.Random, kinds: tuple[Kind, ...]) -> Iterator[Kind]:
    while True:
        yield from chance.sample(kinds, len(kinds))
