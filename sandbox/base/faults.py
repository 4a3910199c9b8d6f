"""Faults on demand: rules that make chosen requests fail in chosen ways."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["status", "timeout", "cut", "truncate", "html", "slow", "mislabel"]

# Longer than any client of ours waits for an answer.
_TIMEOUT_S = 60.0
_SLOW_S = 1.0


@dataclass
class Fault:
    """One rule: requests under `route` fail as `kind`, so many times or with a probability.

    `retry_date_s` adds a Retry-After that is the date so many seconds from then on.
    """

    route: str
    kind: Kind
    method: str | None = None
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    probability: float = 1.0
    delay_s: float | None = None
    retry_date_s: float | None = None
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule speaks of this request and isn't used up."""
        if self.times is not None and self.hits >= self.times:
            return False
        return path.startswith(self.route) and self.method in (None, method)

    @property
    def wait_s(self) -> float:
        """Seconds to hold the request before anything else happens."""
        if self.delay_s is not None:
            return self.delay_s
        return {"timeout": _TIMEOUT_S, "slow": _SLOW_S}.get(self.kind, 0.0)


def parse_fault(document: dict[str, Any]) -> Fault:
    """Read a rule as the control address receives it.

    Raises:
        ValueError: an unknown key or kind; the sentence names it.
    """
    if document.get("kind") not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}")
    if not str(document.get("route", "")).startswith("/"):
        raise ValueError("route must be a path prefix that starts with /")
    try:
        fault = Fault(**document)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if fault.kind == "html" and "status" not in document:
        fault.status = 502
    return fault


class FaultPlan:
    """The rules in force, the dice for those with a probability, and the brake to let go."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)
        self.rules: list[Fault] = []
        self.released = threading.Event()

    def replace(self, rules: list[Fault], seed: int | None = None) -> None:
        """Put other rules in force; requests held by the old ones go on at once."""
        with self._lock:
            self.released.set()
            self.released = threading.Event()
            self.rules = rules
            if seed is not None:
                self._dice = random.Random(seed)

    def draw(self, method: str, path: str) -> tuple[Fault, threading.Event] | None:
        """The first rule that strikes this request, and the event that ends its wait."""
        with self._lock:
            for rule in self.rules:
                if rule.matches(method, path) and self._dice.random() < rule.probability:
                    rule.hits += 1
                    return rule, self.released
        return None
