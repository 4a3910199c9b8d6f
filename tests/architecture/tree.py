"""The repository as these tests read it: every source file, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "cli",
    "config",
    "connectors",
    "dashboard",
    "documents",
    "models",
    "rules",
    "sandbox",
    "tasks",
    "webhooks",
)


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text, and what the parser made of it."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the rooms."""
    return tuple(_read(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))


def written(*folders: str) -> Iterator[Path]:
    """Every Python file below these folders, tests included."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def calls(source: Source) -> Iterator[tuple[str, int]]:
    """What a file calls, as `time.sleep`, and in which line."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def names(source: Source) -> Iterator[tuple[str, int]]:
    """Every dotted name a file mentions, and in which line."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno


def _read(path: Path) -> Source:
    text = path.read_text()
    return Source(str(path.relative_to(ROOT)), text, ast.parse(text))
