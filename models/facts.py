"""Facts of which the newest known stands: what a copy leaves out never erases them.

Each is kept with the version of the copy that told it, so that copies may come in any order, one by
one or in batches, and end the same. The batch is folded here in Python, the table in SQL.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """A fact and the version of the copy that told it."""

    value: Any
    version: datetime


Known = dict[str, Told]
"""Facts by their column; one that no copy told is absent."""


def learn(known: Known, version: datetime, said: Mapping[str, Any]) -> None:
    """Add what a copy says to what is known; of two equally new the later told stands."""
    for name, value in said.items():
        before = known.get(name)
        if value is not None and (before is None or version >= before.version):
            known[name] = Told(value, version)


def columns(facts: Iterable[str]) -> tuple[str, ...]:
    """The columns of facts, each followed by that of its version."""
    return tuple(column for fact in facts for column in (fact, f"{fact}_version"))


def values(known: Known, facts: Iterable[str]) -> tuple[Any, ...]:
    """What is known, as `columns`."""
    found = (known.get(fact) for fact in facts)
    return tuple(x for told in found for x in ((told.value, told.version) if told else (None,) * 2))


def learns(table: str, staged: str, fact: str) -> str:
    """The SQL condition that `staged` tells something newer of a fact than `table` knows.

    A row from before facts had versions counts as told by the copy that it holds.
    """
    return (
        f"({staged}.{fact} IS NOT NULL AND ({table}.{fact} IS NULL"
        f" OR {staged}.{fact}_version >= coalesce({table}.{fact}_version, {table}.version))"
        f" AND ({staged}.{fact}, {staged}.{fact}_version)"
        f" IS DISTINCT FROM ({table}.{fact}, {table}.{fact}_version))"
    )


def learning(table: str, staged: str, facts: Iterable[str]) -> str:
    """The SQL assignments that add what `staged` tells to what `table` knows."""
    return ",\n    ".join(
        f"{column} = CASE WHEN {learns(table, staged, fact)} THEN {staged}.{column} ELSE {kept} END"
        for fact in facts
        for column, kept in _kept(table, fact)
    )


def _kept(table: str, fact: str) -> Iterator[tuple[str, str]]:
    """The columns of a fact, each with what stands there when nothing newer is told.

    A row from before facts had versions gets its own, before it moves on without the fact.
    """
    fact_column, version = columns([fact])
    yield fact_column, f"{table}.{fact}"
    known = f"CASE WHEN {table}.{fact} IS NOT NULL THEN {table}.version END"
    yield version, f"coalesce({table}.{version}, {known})"
