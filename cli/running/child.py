"""A part while it runs: started, looked after, started again when it dies, stopped."""

import logging
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from cli.running.part import Part
from config.clock import monotonic
from config.embedded.home import Home
from config.embedded.processes import spawn

_log = logging.getLogger(__name__)

# One that lived this long has recovered: its next death counts as the first.
_STEADY_S = 60.0
_LONGEST_PAUSE_S = 30.0
# From this death in a row on, a restart alone will not help.
MANY = 3


class Child:
    """One process of a part, and the next one when it ends."""

    def __init__(
        self, part: Part, home: Path, env: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.part = part
        self.log = Home(home).fresh_log(part.name)
        self.deaths = 0
        self._env = env
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._due_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id of the one that runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process; it ends with us, and a Ctrl-C at the terminal is for us alone."""
        self._started_at = monotonic()
        self._process = spawn(self.part.argv, env=self._env, log=self.log, own_group=True)

    def look(self) -> None:
        """Notice a death, and start again once its pause is over."""
        if self._process is None:
            if monotonic() >= self._due_at:
                self.start()
        elif (code := self._process.poll()) is not None:
            self._died(code)

    def is_ready(self) -> bool:
        """Whether it runs and answers."""
        return self._process is not None and self.part.is_ready()

    def ask_to_stop(self) -> None:
        """Have it end by itself."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def has_ended(self) -> bool:
        """Whether nothing of it runs."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it now."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _died(self, code: int) -> None:
        lived_s = monotonic() - self._started_at
        self.deaths = 1 if lived_s > _STEADY_S else self.deaths + 1
        pause_s = min(2.0 ** (self.deaths - 1), _LONGEST_PAUSE_S)
        self._process, self._due_at = None, monotonic() + pause_s
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        where = f" It keeps ending: read {self.log}." if self.deaths >= MANY else ""
        _log.warning("part %s %s after %.0f s", self.part.name, how, lived_s)
        self._say(f"{self.part.name} {how}; it starts again in {pause_s:g} s.{where}")
