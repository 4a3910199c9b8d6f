"""What only workers may do, done by a test of the web: COPY, which the web's deadline rules out."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import extensions  # type: ignore[import-untyped]


@contextmanager
def copying() -> Iterator[None]:
    """Inside, this process waits for the database as a worker does."""
    kept = extensions.get_wait_callback()
    extensions.set_wait_callback(None)
    try:
        yield
    finally:
        extensions.set_wait_callback(kept)
