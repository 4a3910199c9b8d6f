"""Our pull path as a program: plans an import and reads it, as its peers do."""

import sys
from datetime import date

from config import logging
from tests.bench.history import reader


def main() -> None:
    """Arguments: the connection, the first and the last date."""
    logging.configure("WARNING")
    connection_id, since, until = sys.argv[1:]
    reader.read_all(int(connection_id), date.fromisoformat(since), date.fromisoformat(until))


if __name__ == "__main__":
    main()
