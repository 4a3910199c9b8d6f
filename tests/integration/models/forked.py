"""A process with an open connection, and two children of it: writes who answered each."""

import os
import sys

from sqlalchemy import text

from models.session import unit_of_work


def ask() -> None:
    with unit_of_work() as session:
        sys.stdout.write(f"{session.scalar(text('SELECT pg_backend_pid()'))}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    ask()
    # One after the other: on one socket each would be told the same, and none would hang.
    for _ in range(2):
        if (child := os.fork()) == 0:
            ask()
            os._exit(0)
        os.waitpid(child, 0)
    ask()
