"""Ports of what `up` starts: those of last time, so that addresses stay."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

from config.embedded.home import Home
from config.embedded.ports import is_free
from config.errors import PermanentError


class PortTakenError(PermanentError):
    """The port that was asked for belongs to somebody else."""


class Ports:
    """The ports of one home, each given out once."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self._home = Home(home)
        self._say = say
        self._given: set[int] = set()

    def choose(self, name: str, usual: int) -> int:
        """Last time's port or the usual one, else the next that is free, and says so."""
        wanted = self._home.remembered(f"{name}.port") or usual
        port = next(p for p in count(wanted) if p not in self._given and is_free(p))
        if port != wanted and wanted not in self._given:
            self._say(f"Port {wanted} is in use by another program: {name} takes {port}.")
        return self._give(name, port)

    def insist(self, name: str, port: int) -> int:
        """The port that was asked for. Raises: PortTakenError."""
        if not is_free(port):
            raise PortTakenError(
                "port.taken",
                f"Port {port} is in use by another program.",
                next_step="Leave out --port and the next free one is taken, or name another.",
            )
        return self._give(name, port)

    def _give(self, name: str, port: int) -> int:
        self._given.add(port)
        self._home.remember(f"{name}.port", port)
        return port
