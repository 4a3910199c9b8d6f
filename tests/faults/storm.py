"""A storm: faults from a seed, under load, and then the question what became of it all."""

import heapq
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from time import monotonic

import psutil
import redis

from config import clock
from models import inbox
from models.session import unit_of_work
from tests.faults import kinds
from tests.faults.checker import Findings, Rows, look, owed
from tests.faults.load import Importing, Sending, importing, senders, steadily
from tests.faults.plan import Fault, plan
from tests.faults.scene import Scene, scene

MERCHANTS = ("Ada's", "Bo's", "Cy's")
PER_S = 25.0
IMPORTED = 150
_TICK_S = 0.05


@dataclass
class Result:
    """What a storm came to. `did` are the faults that found their victim."""

    seed: int
    did: list[Fault] = field(default_factory=list)
    missed: int = 0
    restarts: int = 0
    # Good deliveries that were set aside because chance killed two workers with each.
    put_back: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    took_s: dict[str, float] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)

    def __str__(self) -> str:
        did = "\n".join(map(str, self.did))
        return (
            f"seed {self.seed}: {len(self.did)} faults, {self.missed} without a victim,"
            f" {self.restarts} parts started again, {self.put_back} deliveries put back,"
            f" answers {dict(self.answers)},"
            f" took {self.took_s}\n{did}\n{self.found}"
        )


def storm(seed: int, seconds: float, planned: Callable[[int, float], list[Fault]] = plan) -> Result:
    """Run one in an installation of its own; prints its seed first."""
    _say(f"storm: seed {seed}, {seconds:g} s")
    result = Result(seed)
    faults = planned(seed, seconds)
    chance = random.Random(seed)
    begun = monotonic()
    with scene() as here, importing(IMPORTED) as imported:
        sending = senders(here.installation.url, MERCHANTS, int(seconds * PER_S), chance)
        here.start()
        result.took_s["starting"] = round(monotonic() - begun, 1)
        imported.begin()
        imported.premises.tell(here.installation.url)
        with imported.premises.changing(), steadily(sending, PER_S):
            _play(here, faults, seconds, result)
            since = monotonic()
            here.recover()
            result.took_s["recovering"] = round(monotonic() - since, 1)
        _settle(here, sending, imported, result)
    _say(str(result))
    return result


def _play(here: Scene, faults: Sequence[Fault], seconds: float, result: Result) -> None:
    """Have each fault begin and end at its time, and start again what ended."""
    order, begun, pause = count(), monotonic(), Event()
    agenda: list[tuple[float, int, Callable[[], None]]] = []

    def begin(fault: Fault) -> None:
        try:
            undo = kinds.do(here, fault)
        except (OSError, psutil.Error, redis.RedisError):
            result.missed += 1
            return
        result.did.append(fault)
        if undo is not None:
            heapq.heappush(agenda, (fault.at_s + fault.lasts_s, next(order), lambda: end(undo)))

    def end(undo: kinds.Undo) -> None:
        with suppress(OSError, psutil.Error):
            undo()

    for fault in faults:
        heapq.heappush(agenda, (fault.at_s, next(order), lambda fault=fault: begin(fault)))
    while agenda or monotonic() < begun + seconds:
        while agenda and monotonic() >= begun + agenda[0][0]:
            heapq.heappop(agenda)[2]()
        here.look_after()
        pause.wait(_TICK_S)


def _settle(here: Scene, sending: Sequence[Sending], imported: Importing, into: Result) -> None:
    """Wait until all is done, then look at it."""
    rows, since = here.installation.rows, monotonic()

    def left() -> int:
        waiting = sum(owed(rows, one.at.connection_id) for one in sending)
        return waiting + imported.left(rows)

    try:
        here.drain(left)
        if blamed := _put_back(rows):
            into.put_back = blamed
            here.drain(left)
    except AssertionError as error:
        into.found.lost.append(f"{error} (broker: {here.waiting()})")
    into.took_s["draining"] = round(monotonic() - since, 1)
    into.restarts = here.restarts
    for one in sending:
        into.found.add(look(rows, one.platform.history, one.at.connection_id))
        into.answers += one.platform.history.statuses
    into.found.add(imported.look(rows))
    into.found.add(imported.premises.look(rows))


def _put_back(rows: Rows) -> int:
    """Replay what was set aside for workers that were killed by chance, as an operator would."""
    blamed = rows(
        "SELECT organization_id, id FROM inbox_events WHERE error_code = 'delivery.lost_workers'"
    )
    for organization_id, event_id in blamed:
        with unit_of_work() as session:
            inbox.replay(session, organization_id, [event_id], clock.now())
    return len(blamed)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
