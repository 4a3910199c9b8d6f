"""Senders that behave as a platform does: they note every answer and send again what got none."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from tests.deliveries import Sent
from tests.faults.history import History
from tests.waiting import until

# A platform gives its webhook two seconds to connect and two to answer.
PATIENCE_S = (2.0, 2.0)
# It sends again minutes later; here nobody has minutes.
_AGAIN_S = 0.2


@dataclass
class Platform:
    """Sends to one address and notes each try in a history."""

    address: str
    history: History
    patience_s: tuple[float, float] = PATIENCE_S
    give_up_s: float = 90.0

    def deliver(self, one: Sent) -> int:
        """Send until there is an answer that is final; returns it.

        Raises: AssertionError when there was none for so long.
        """
        deadline = time.monotonic() + self.give_up_s
        while True:
            status = self.once(one)
            if status is not None and status < 500:
                return status
            assert time.monotonic() < deadline, f"no answer to {one.event}"
            time.sleep(_AGAIN_S)

    def once(self, one: Sent) -> int | None:
        """One try; None when the connection was cut or the platform's patience ran out."""
        try:
            got = requests.post(
                self.address, data=one.body, headers=one.headers, timeout=self.patience_s
            )
        except requests.RequestException as error:
            self.history.note(one, type(error).__name__)
            return None
        self.history.note(one, str(got.status_code))
        return got.status_code

    @contextmanager
    def delivering(
        self, deliveries: Iterable[Sent], senders: int = 8
    ) -> Iterator[Sequence[Future[int]]]:
        """Send all of it from so many threads while the body runs; the end waits for the last."""
        with ThreadPoolExecutor(senders) as threads:
            answers = [threads.submit(self.deliver, one) for one in deliveries]
            yield answers
            for answer in answers:
                answer.result()


def reached(answers: Sequence[Future[int]], count: int) -> None:
    """Wait until so many deliveries are answered."""
    until(
        lambda: sum(answer.done() for answer in answers) >= count,
        what=f"{count} answers",
        timeout_s=90,
    )
