"""What was sent and what was answered: the one side of every check."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from tests.deliveries import Sent


@dataclass
class History:
    """Written by many senders at once.

    What was answered 2xx is owed for ever. What was never answered may have taken effect or not:
    both are right. What was refused must leave no trace.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, one: Sent, answer: str) -> None:
        """One try: `answer` is the status, or the name of what cut it off."""
        with self._lock:
            self.sent[one.event] = one
            self.answers.setdefault(one.event, Counter())[answer] += 1

    @property
    def accepted(self) -> dict[str, Sent]:
        """What was answered 2xx, by its event."""
        return {event: self.sent[event] for event, got in self.answers.items() if _is_ok(got)}

    @property
    def statuses(self) -> Counter[str]:
        """How often each answer was given."""
        return sum(self.answers.values(), Counter())


def _is_ok(answers: Counter[str]) -> bool:
    return any(answer.startswith("2") for answer in answers)
