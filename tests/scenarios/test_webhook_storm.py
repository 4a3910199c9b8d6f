"""Two thousand deliveries while a worker is killed and the broker dies and forgets everything."""

import os
import random
import signal
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from uuid import uuid4

import redis
import requests

from models import Location, connections, organizations
from models.session import unit_of_work
from tests.deliveries import SECRET, Sent, expected, storm
from tests.installation import Installation
from tests.waiting import until

ORDERS, VERSIONS = 1_000, 2
RESTAURANT = str(uuid4())


def test_every_good_delivery_is_applied_exactly_once(installation: Installation) -> None:
    seed = random.randrange(2**32)
    installation.note(f"seed {seed}")
    sent = storm(ORDERS, VERSIONS, RESTAURANT, random.Random(seed))
    key = _connection()
    address = f"{installation.url}/webhooks/toast/{key}"
    installation.web()
    installation.part("beat", name="beat")
    workers = [installation.worker(f"w{n}") for n in (1, 2)]

    with ThreadPoolExecutor(8) as senders:
        # The platform goes on sending, whatever happens here.
        answers = [senders.submit(_deliver, address, one) for one in sent]
        _reach(answers, len(sent) // 4)
        workers[0].kill()
        _reach(answers, len(sent) // 2)
        _kill_and_empty_broker(installation)
        _reach(answers, 3 * len(sent) // 4)
        workers[0].start()
        answered = Counter(answer.result() for answer in answers)
    last_sent = monotonic()

    waiting = "SELECT count(*) FROM inbox_events WHERE state = 'pending'"
    until(lambda: installation.one(waiting) == 0, what="an empty inbox", timeout_s=60)
    due = "SELECT count(*) FROM orders WHERE invoice_state = 'due'"
    left_s = 60 - (monotonic() - last_sent)
    until(lambda: installation.one(due) == 0, what="all invoices", timeout_s=left_s)

    assert answered == Counter({202: sum(s.good for s in sent), 401: sum(not s.good for s in sent)})
    _check_books(installation, sent)


def _connection() -> str:
    with unit_of_work() as session:
        organization, _ = organizations.ensure_first(session)
        made = connections.store(
            session,
            organization.id,
            "toast",
            "storm",
            # Nobody is there: what the deliveries bring is all there is.
            {"api_url": "http://127.0.0.1:9"},
            {"client_id": "id", "client_secret": "secret-of-storm", "webhook_secret": SECRET},
        )
        session.add(
            Location(
                organization_id=organization.id,
                connection_id=made.id,
                external_id=RESTAURANT,
                name="Storm",
                time_zone="Europe/London",
                currency="GBP",
                closeout_hour=4,
            )
        )
        return made.key


def _reach(answers: list[Future[int]], count: int) -> None:
    """Wait until so many deliveries are answered."""
    until(
        lambda: sum(answer.done() for answer in answers) >= count,
        what=f"{count} answers",
        timeout_s=90,
    )


def _deliver(address: str, one: Sent) -> int:
    """Send as a platform does: again after a 5xx or a lost connection."""

    def answer() -> int | None:
        try:
            found = requests.post(address, data=one.body, headers=one.headers, timeout=10)
        except requests.RequestException:
            return None
        return found.status_code if found.status_code < 500 else None

    status: int = until(answer, what="an answer to a delivery", timeout_s=30)
    return status


def _kill_and_empty_broker(installation: Installation) -> None:
    """The broker dies without a word; what comes back in its place knows nothing."""
    client = redis.Redis.from_url(installation.servers.broker_url)
    before = client.info("server")["process_id"]
    client.flushall()
    os.kill(before, signal.SIGKILL)

    def back() -> bool:
        try:
            return bool(client.info("server")["process_id"] != before)
        except redis.RedisError:
            return False

    until(back, what="the broker to be back", timeout_s=30)
    client.flushall()
    client.close()


def _check_books(installation: Installation, sent: list[Sent]) -> None:
    good = {(s.order, s.version) for s in sent if s.good}
    held = installation.rows("SELECT state, count(*) FROM inbox_events GROUP BY state")
    assert held == [("done", len(good))]
    wanted = expected(sent)
    stored = installation.rows("SELECT external_id, (net * 100)::bigint FROM orders")
    assert dict(stored) == {order: cents for order, (_, cents) in wanted.items()}
    parts = installation.rows(
        "SELECT o.external_id, count(*) FROM orders o JOIN order_lines l ON l.order_id = o.id "
        "GROUP BY 1 HAVING count(*) <> 1"
    )
    assert parts == []
    numbers = [row[0] for row in installation.rows("SELECT sequence FROM invoices ORDER BY 1")]
    assert numbers == list(range(1, len(wanted) + 1))
