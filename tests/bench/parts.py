"""The parts that are measured, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from tests.bench.contest import Row
from tests.bench.ground import Ground


@dataclass(frozen=True)
class Part:
    """A title on the page, and the folder beside this file whose `measure.rows` measures it."""

    title: str
    folder: str

    @property
    def there(self) -> bool:
        """Whether it is written yet."""
        name = f"tests.bench.{self.folder}"
        return find_spec(name) is not None and find_spec(f"{name}.measure") is not None

    def rows(self, on: Ground, rounds: int, *, quick: bool) -> Sequence[Row]:
        """Measure it."""
        measure = import_module(f"tests.bench.{self.folder}.measure")
        return list(measure.rows(on, rounds, quick=quick))


_ALL = {
    "receiver": Part("The door", "receiver"),
    "drain": Part("Draining", "drain"),
    "import": Part("Import", "history"),
    "growth": Part("Growth", "growth"),
    "delta": Part("Delta", "delta"),
    "invoices": Part("Invoices", "invoices"),
    "lists": Part("Lists and pages", "lists"),
    "signals": Part("Signals and workers", "signals"),
    "latency": Part("Latency under load", "latency"),
    "peers": Part("Peers", "peers"),
    "memory": Part("Memory", "memory"),
    "needs": Part("Scale", "needs"),
}
PARTS = {name: part for name, part in _ALL.items() if part.there}
