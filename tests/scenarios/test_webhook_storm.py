"""Two thousand deliveries while a worker is killed and the broker dies and forgets everything."""

import random
from collections import Counter

from tests.deliveries import storm
from tests.faults.checker import check, owed
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.faults.sending import Platform, reached
from tests.installation import Installation
from tests.waiting import until

ORDERS, VERSIONS = 1_000, 2


def test_every_good_delivery_is_applied_exactly_once(installation: Installation) -> None:
    seed = random.randrange(2**32)
    installation.note(f"seed {seed}")
    at = merchant("storm")
    sent = storm(ORDERS, VERSIONS, at.restaurant, random.Random(seed))
    # Nothing of the web's is broken here, so it has no reason to keep anybody waiting for long.
    platform = Platform(installation.url + at.path, History(), patience_s=(10, 10), give_up_s=30)
    installation.web()
    installation.beat()
    workers = [installation.worker(f"w{n}") for n in (1, 2)]

    # The platform goes on sending, whatever happens here.
    with platform.delivering(sent) as answers:
        reached(answers, len(sent) // 4)
        workers[0].kill()
        reached(answers, len(sent) // 2)
        _kill_and_empty_broker(installation)
        reached(answers, 3 * len(sent) // 4)
        workers[0].start()

    done = lambda: not owed(installation.rows, at.connection_id)  # noqa: E731 - asked again
    until(done, what="all to be done and invoiced", timeout_s=60)
    answered = Counter(answer.result() for answer in answers)
    assert answered == Counter({202: sum(s.good for s in sent), 401: sum(not s.good for s in sent)})
    check(installation.rows, platform.history, at.connection_id)


def _kill_and_empty_broker(installation: Installation) -> None:
    """The broker dies without a word; what comes back in its place knows nothing."""
    with installation.broker() as client:
        client.flushall()
    installation.kill("valkey")
    with installation.broker() as client:
        client.flushall()
