"""Homes to run servers in."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import discard, running
from tests.integration.embedded.state import is_gone, recorded
from tests.waiting import until


@contextlib.contextmanager
def _open_folder() -> Iterator[Path]:
    # Not pytest's own folder, which is closed to other users.
    with tempfile.TemporaryDirectory(prefix="embedded-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        discard(Path(folder))


@pytest.fixture(scope="session")
def _used_home() -> Iterator[Path]:
    with _open_folder() as home:
        yield home


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A new home that other users can enter."""
    with _open_folder() as home:
        yield home


@pytest.fixture
def home(_used_home: Path) -> Iterator[Path]:
    """One home for many tests, since making a cluster takes its time; no server is up in it."""
    yield _used_home
    if running(_used_home):
        # Told to, it need not wait whether somebody comes back.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(recorded(_used_home)["keeper"], signal.SIGTERM)
    if (_used_home / "run").exists():
        until(lambda: is_gone(_used_home), what="servers stopped")


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes names of homes under a folder that other users cannot enter."""
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(tmp_path / name)
        return made[-1]

    yield make
    for home in made:
        discard(home)
