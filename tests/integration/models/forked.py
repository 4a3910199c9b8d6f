"""A process with an open connection, and two children of it that ask a thousand times at once.

Writes who answered each; a child ends badly when it is told what another one asked for.
"""

import os
import sys

from sqlalchemy import text

from models.session import unit_of_work

QUERIES = 1000


def ask(asker: str, times: int = 1) -> None:
    """Ask for what nobody else asks for. Raises: AssertionError when somebody else's is told."""
    with unit_of_work() as session:
        for number in range(times):
            asked = f"{asker} {number}"
            assert session.scalar(text("SELECT :asked"), {"asked": asked}) == asked
        sys.stdout.write(f"{session.scalar(text('SELECT pg_backend_pid()'))}\n")
    sys.stdout.flush()


def forked(asker: str) -> int:
    """A child that asks; returns its process id."""
    child = os.fork()
    if child == 0:
        try:
            ask(asker, QUERIES)
        except BaseException:  # noqa: BLE001 - it must not go on as its parent would
            os._exit(1)
        os._exit(0)
    return child


if __name__ == "__main__":
    ask("parent before")
    children = [forked("one child"), forked("another child")]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    ask("parent after")
    sys.exit(any(ends))
