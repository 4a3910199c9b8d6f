"""The keeper: a process of its own that runs the servers while anybody uses them."""

import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from config.embedded.errors import EmbeddedServerError, explain
from config.embedded.home import Home, write_private
from config.embedded.locks import FileLock
from config.embedded.postgres import Postgres
from config.embedded.server import Server
from config.embedded.valkey import Valkey

_log = logging.getLogger(__name__)

_KINDS: dict[str, type[Server]] = {"database": Postgres, "broker": Valkey}
_LOOK_EVERY_S = 0.3
# So that commands that follow one another find the servers still up.
_GRACE_S = 1.0


class Keeper:
    """Starts what is wanted, restarts what fell over, stops all when nobody is left."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._users = home.lock("users")
        self._servers: dict[str, Server] = {}
        self._unused_since: float | None = None
        self._told_to_stop = False

    def run(self) -> None:
        """Keep the servers until nobody uses them any more."""
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)
        try:
            while not (self._told_to_stop or self._unused()):
                self._start_wanted()
                time.sleep(_LOOK_EVERY_S)
        except EmbeddedServerError as error:
            self._give_up(error)
        except OSError as error:
            self._give_up(explain(error, self.home.path))
        finally:
            self._stop()

    def _tell(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True

    def _unused(self) -> bool:
        """Whether nobody was there for a while; if so newcomers wait until this process ends."""
        if not self._users.try_take():
            self._unused_since = None
            return False
        now = time.monotonic()
        self._unused_since = self._unused_since or now
        if now - self._unused_since >= _GRACE_S:
            return True
        self._users.release()
        return False

    def _start_wanted(self) -> None:
        due = [kind for kind in _KINDS if self.home.wants(kind) and not self._is_up(kind)]
        for kind in due:
            self._tell_of_end(kind)
            server = self._servers[kind] = _KINDS[kind](self.home)
            server.start()
            _log.info("%s accepts connections on port %s", server.name, server.port)
        if due:
            self._record()

    def _tell_of_end(self, kind: str) -> None:
        """Say that a server fell over, if it was up before."""
        fallen = self._servers.get(kind)
        if fallen is not None:
            said = "%s (process %s) ended, %s: starting it again"
            _log.warning(said, fallen.name, fallen.pid, fallen.end)

    def _is_up(self, kind: str) -> bool:
        return kind in self._servers and self._servers[kind].alive

    def _record(self) -> None:
        found = {
            kind: {"url": server.url, "port": server.port, "pid": server.pid}
            for kind, server in self._servers.items()
        }
        write_private(self.home.record, json.dumps({"keeper": os.getpid(), **found}))

    def _give_up(self, error: EmbeddedServerError) -> None:
        _log.error("%s", error)
        write_private(self.home.failure, str(error))

    def _stop(self) -> None:
        self.home.record.unlink(missing_ok=True)
        for server in self._servers.values():
            server.stop()
            _log.info("%s is stopped", server.name)


def main() -> None:
    """Run as ``python -m config.embedded.keeper HOME DESCRIPTOR``, the lock it was started with."""
    # Left behind by its starter at once, so that it becomes nobody's zombie.
    if os.fork():
        os._exit(0)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    home = Home(Path(sys.argv[1]))
    with FileLock.inherited(int(sys.argv[2])):
        Keeper(home).run()


if __name__ == "__main__":
    main()
