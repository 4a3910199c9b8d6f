"""The children and who looks after them, with programs that misbehave."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, getsignal, signal

import pytest

from cli.running.child import Child
from cli.running.crew import Crew, NotReadyError, Signals, StoppedError
from cli.running.part import Part
from config.embedded.home import Home
from tests.waiting import until

_STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)\n" + (
    "while True: signal.pause()"
)
_BROKEN = "import sys; sys.exit('no such thing')"


@pytest.fixture
def signals() -> Iterator[Signals]:
    before = {number: getsignal(number) for number in (SIGINT, SIGTERM, SIGHUP)}
    yield Signals()
    for number, handler in before.items():
        signal(number, handler)


def _child(home: Path, program: str, said: list[str], *, stop_s: float = 5) -> Child:
    Home(home).make()
    log = home / "logs" / "part.log"
    part = Part("part", (sys.executable, "-c", program), lambda: bool(log.stat().st_size), stop_s)
    return Child(part, home, os.environ, said.append)


def test_a_part_that_keeps_ending_is_named_with_its_log(tmp_path: Path, signals: Signals) -> None:
    said: list[str] = []
    crew, broken = Crew(signals), _child(tmp_path, _BROKEN, said)
    # What it writes before it ends is no sign of life.
    broken.part = Part("part", broken.part.argv, lambda: False, 5)
    crew.add([[broken]])
    with pytest.raises(NotReadyError, match=r"part does not come up.*part\.log"):
        crew.until_ready()
    crew.stop()
    assert said[0] == "part ended with code 1; it starts again in 1 s."
    assert said[-1].endswith(f"It keeps ending: read {tmp_path}/logs/part.log.")
    assert "no such thing" in (tmp_path / "logs/part.log").read_text()


def test_a_part_that_ignores_the_stop_is_killed_in_time(tmp_path: Path, signals: Signals) -> None:
    crew, stubborn = Crew(signals), _child(tmp_path, _STUBBORN, [], stop_s=0.2)
    crew.add([[stubborn]])
    crew.until_ready()
    crew.stop()
    assert stubborn.has_ended()


def test_a_second_ctrl_c_hurries(tmp_path: Path, signals: Signals) -> None:
    crew, stubborn = Crew(signals), _child(tmp_path, _STUBBORN, [], stop_s=600)
    crew.add([[stubborn]])
    crew.until_ready()
    for _ in range(2):
        os.kill(os.getpid(), SIGINT)
    until(signals.hurry.is_set, what="the second one heard")
    crew.stop()
    assert stubborn.has_ended()


def test_a_ctrl_c_while_things_come_up_stops_them(tmp_path: Path, signals: Signals) -> None:
    crew = Crew(signals)
    slow = _child(tmp_path, "import signal; signal.pause()", [])
    crew.add([[slow]])
    os.kill(os.getpid(), SIGTERM)
    with pytest.raises(StoppedError):
        crew.until_ready()
    crew.stop()
    assert slow.has_ended()
