"""A connected merchant a test, and a record of what would have been signalled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from tasks import ring
from tests.shop import Shop, open_shop

_numbers = count(1)


@dataclass
class Signals:
    """What tasks asked other tasks for."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def take(self, name: str) -> list[dict[str, Any]]:
        """The arguments of each call of a task so far; they are forgotten."""
        found = [arguments for sent, arguments in self.sent if sent == name]
        self.sent = [one for one in self.sent if one[0] != name]
        return found


@pytest.fixture
def signals() -> Iterator[Signals]:
    found = Signals()
    with ring.inline(lambda name, arguments: found.sent.append((name, arguments))):
        yield found


@pytest.fixture
def shop(database: str, signals: Signals) -> Iterator[Shop]:
    with open_shop(orders=3, name=f"shop {next(_numbers)}") as opened:
        signals.sent.clear()
        yield opened
