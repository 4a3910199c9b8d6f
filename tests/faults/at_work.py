"""An installation at work: web, workers and beat, under a platform that goes on sending."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import requests

from config import clock
from dashboard import sign_in
from models import User
from models.session import unit_of_work
from tests.children import Child
from tests.faults import queues
from tests.faults.checker import check, owed
from tests.faults.history import History
from tests.faults.merchant import Merchant
from tests.faults.sending import Platform
from tests.installation import Installation, installed
from tests.waiting import until


@dataclass(frozen=True)
class AtWork:
    """The parts of it; they are the same ones from the first test of a package to the last."""

    installation: Installation
    web: Child
    worker: Child
    beat: Child

    def platform(self, at: Merchant, history: History, **options: float) -> Platform:
        """A sender of a merchant's deliveries."""
        return Platform(self.installation.url + at.path, history, **options)

    def settled(self, at: Merchant, history: History, timeout_s: float = 90) -> None:
        """Wait until nothing is owed any more, then hold all of it against what was accepted.

        What the broker holds at that moment must be taken by somebody, too.

        Raises: AssertionError.
        """
        rows = self.installation.rows
        try:
            until(lambda: owed(rows, at.connection_id) == 0, what="all done", timeout_s=timeout_s)
        except AssertionError:
            self.installation.note(self.worker.log.read_text()[-6000:])
            raise
        with self.installation.broker() as client:
            untaken = queues.untaken(client)
        check(rows, history, at.connection_id, untaken)

    def goes_on(self) -> None:
        """Every part runs, and beat is heard by a worker. Raises: AssertionError."""
        ended = [part.argv[3] for part in (self.web, self.worker, self.beat) if not part.alive]
        assert not ended
        before = self.heard()
        until(lambda: self.heard() > before, what="a ring of beat", timeout_s=60)

    def heard(self) -> datetime:
        """When a worker last heard beat."""
        slots = "SELECT coalesce(max(scheduled_for), 'epoch') FROM job_slots"
        found: datetime = self.installation.one(slots)
        return found

    def restart_database(self, how: signal.Signals) -> None:
        """It ends as `how` tells it to; returns once its keeper has started it again."""
        before = self.installation.pid("postgres")
        os.kill(before, how)
        until(lambda: self.installation.pid("postgres") != before, what="another one", timeout_s=60)
        until(lambda: self.installation.answers("postgres"), what="an answer", timeout_s=60)

    def alter(self, setting: str) -> None:
        """Have the server take on a setting, as in `name = value`, or forget its own."""
        verb = "SET" if "=" in setting else "RESET"
        with self.installation.statements() as run:
            run(f"ALTER SYSTEM {verb} {setting}")
            run("SELECT pg_reload_conf()")

    def browser(self, at: Merchant) -> requests.Session:
        """One of somebody of the merchant's who has signed in."""
        now = clock.now()
        with unit_of_work() as session:
            user = User(
                organization_id=at.organization_id,
                email=f"{at.connection_id}@example.com",
                name="Ola",
            )
            session.add(user)
            session.flush()
            link = sign_in.make_link(session, user, now)
        found = requests.Session()
        assert found.get(self.installation.url + link, timeout=30).ok
        return found


@contextmanager
def at_work() -> Iterator[AtWork]:
    """Servers of its own, with everything running on them."""
    with installed() as made:
        found = AtWork(made, made.web(), made.worker("w1"), made.beat())
        # A part that meets a fault while it starts may end: whoever runs it starts it again.
        until(lambda: found.heard().year > 1970, what="a first ring of beat", timeout_s=120)
        yield found
