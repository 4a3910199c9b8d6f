"""Deliveries gone wrong on purpose: doubled, out of order, lost, late, tampered with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from typing import Any

# A reordered message waits this long when no delay is set: later ones pass it.
_OVERTAKEN_S = 1.0


@dataclass
class Chaos:
    """Probabilities of each mishap; `delay_s` is the most that any message is held back."""

    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    tamper: float = 0.0
    delay_s: float = 0.0
    seed: int = 0
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Load the dice."""
        self._dice = random.Random(self.seed)

    def strikes(self, probability: float) -> bool:
        """Whether this mishap happens now."""
        return probability > 0 and self._dice.random() < probability

    def hold_s(self) -> float:
        """Seconds to hold one message back."""
        wait = self._dice.uniform(0, self.delay_s) if self.delay_s else 0.0
        if self.strikes(self.reorder):
            wait += self.delay_s or _OVERTAKEN_S
        return wait


def parse_chaos(document: dict[str, Any]) -> Chaos:
    """Read the settings as the control address receives them.

    Raises:
        ValueError: a key that isn't one of them.
    """
    known = {each.name for each in fields(Chaos) if each.init}
    unknown = set(document) - known
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {sorted(known)}")
    return Chaos(**document)


def tampered(body: bytes) -> bytes:
    """The body with one digit changed, so that it still reads but no longer verifies."""
    for place in range(len(body) - 1, -1, -1):
        if chr(body[place]).isdigit():
            return body[:place] + str((body[place] - 47) % 10).encode() + body[place + 1 :]
    return body + b" "
