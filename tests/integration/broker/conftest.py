"""A connected merchant, and our processes as an operator starts them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.children import Child, child
from tests.shop import Shop, open_shop

Run = Callable[..., Child]


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with open_shop(orders=3) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start a program that ends with the test: `run(name, *argv, **environment)`."""
    with ExitStack() as running:

        def start(name: str, *argv: str, **env: str) -> Child:
            log = tmp_path / f"{name}.log"
            return running.enter_context(child(argv, log=log, env=env))

        yield start
