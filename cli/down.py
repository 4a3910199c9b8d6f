"""Stop what `up` runs in this home, and nothing else."""

import os
import signal
from threading import Event

from cli import environment, exit
from cli.output import Output
from cli.running import single
from cli.verb import verb
from config.clock import monotonic
from config.errors import PermanentError
from config.settings import read

# Its workers get half a minute for what they have begun.
_STOPPED_S = 90.0
_POLL_S = 0.1


@verb
def command(out: Output) -> int:
    """Ask the `up` of this home to stop, and wait until all of it has."""
    home = read(environment.current()).home
    found = single.running(home)
    if found is None:
        out.answer({"stopped": None}, f"Nothing is up in {home}.")
        return exit.DONE
    os.kill(found.pid, signal.SIGTERM)
    with out.during("Stopping"):
        deadline = monotonic() + _STOPPED_S
        while single.running(home) is not None:
            if monotonic() > deadline:
                raise PermanentError(
                    "down.slow",
                    f"Process {found.pid} does not stop.",
                    next_step=f"Read {home}/logs, then end it with 'kill -9 {found.pid}'.",
                )
            Event().wait(_POLL_S)
    out.answer({"stopped": found.pid}, "All is stopped and nothing is lost.")
    return exit.DONE
