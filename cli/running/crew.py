"""All the children: brought up, watched, and stopped in order."""

import signal
from collections.abc import Iterable, Sequence
from threading import Event
from types import FrameType

from cli.running.child import MANY, Child
from config.clock import monotonic
from config.errors import PermanentError

_READY_S = 90.0
_LOOK_S = 0.1
_POLL_S = 0.05


class NotReadyError(PermanentError):
    """A part does not come up."""


class StoppedError(Exception):
    """Somebody asked to stop while things were still coming up."""


class Signals:
    """Ctrl-C, SIGTERM and a closed terminal ask to stop; a second time hurries."""

    def __init__(self) -> None:
        self.stop = Event()
        self.hurry = Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.stop.is_set():
            self.hurry.set()
        else:
            self.stop.set()


class Crew:
    """The children, in the order in which they are to be stopped."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._stages: list[list[Child]] = []

    def add(self, stages: Iterable[Sequence[Child]]) -> None:
        """Start children; a later stage is stopped after an earlier one."""
        for number, stage in enumerate(stages):
            if number == len(self._stages):
                self._stages.append([])
            for child in stage:
                self._stages[number].append(child)
                child.start()

    def until_ready(self) -> None:
        """Wait for every child. Raises: NotReadyError naming its log, StoppedError."""
        deadline = monotonic() + _READY_S
        waiting = self._all()
        while waiting:
            self._look()
            for child in waiting:
                if child.deaths >= MANY or monotonic() > deadline:
                    raise NotReadyError(
                        "up.part",
                        f"{child.part.name} does not come up.",
                        next_step=f"The end of {child.log} says why.",
                    )
            waiting = [child for child in waiting if not child.is_ready()]

    def watch(self) -> None:
        """Look after the children until somebody asks to stop."""
        while not self._signals.stop.is_set():
            self._look(or_stop=False)

    def stop(self) -> None:
        """Stop stage by stage; each has its time, and none once somebody hurries."""
        for stage in self._stages:
            for child in stage:
                child.ask_to_stop()
            deadline = monotonic() + max((child.part.stop_s for child in stage), default=0)
            while not all(child.has_ended() for child in stage):
                if self._signals.hurry.wait(_POLL_S) or monotonic() > deadline:
                    break
            for child in stage:
                child.kill()

    def _look(self, *, or_stop: bool = True) -> None:
        if self._signals.stop.wait(_LOOK_S) and or_stop:
            raise StoppedError
        for child in self._all():
            child.look()

    def _all(self) -> list[Child]:
        return [child for stage in self._stages for child in stage]
