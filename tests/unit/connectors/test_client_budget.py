"""What calls are charged to, on a real server: the count that all workers of a connection share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import redis

from config import clock
from config.errors import TransientError
from connectors.base.budget import Budget
from connectors.base.contract import Request, Tokens
from connectors.base.http import Client
from connectors.base.platform import Bucket
from connectors.base.tokens import MemoryTokens
from connectors.toast.client import Toast
from tests.unit.connectors.stage import DATE, Answer, Stage, playing, token

AT = parsedate_to_datetime(DATE)
QUARTER = timedelta(minutes=15)
BUCKETS = {name: Bucket(name, "location", 2, QUARTER) for name in ("global_15min", "ordersBulk")}
ASK = Request("GET", "/thing", location="site-1", buckets=("global_15min",))
BULK = Request("GET", "/thing", location="site-1", buckets=("ordersBulk",))


@pytest.fixture
def answer() -> Answer:
    """What the platform says to every call."""
    return Answer()


@pytest.fixture
def stage(answer: Answer) -> Iterator[Stage]:
    def script(call: object) -> Answer:
        return token() if stage.paths()[-1] == "login" else answer

    with clock.frozen(AT), playing(script) as stage:
        yield stage


@pytest.fixture
def client(stage: Stage, broker: redis.Redis) -> Iterator[Callable[..., Client]]:
    """Makes clients as workers have them: with nothing in common but the server."""
    with ExitStack() as opened:

        def make(key: str = "c1", tokens: MemoryTokens | None = None) -> Client:
            toast = Toast({"api_url": stage.url, "client_id": "us", "client_secret": "secret"})
            toast.buckets = {**toast.buckets, **BUCKETS}
            kept, budget = tokens or MemoryTokens(), Budget(broker)
            made = Client(toast, tokens=kept, budget=budget, connection_key=key)
            return opened.enter_context(made)

        yield make


def test_clients_of_a_connection_share_what_each_call_is_charged_to(
    stage: Stage, client: Callable[..., Client]
):
    one, another = client(), client()
    one.send(ASK)
    another.send(ASK)
    for worker in (one, another):
        with pytest.raises(TransientError, match="used up") as caught:
            worker.send(ASK)
        assert caught.value.retry_after_s == pytest.approx(QUARTER.total_seconds(), abs=1)
    assert stage.paths().count("thing") == 2
    # Neither another bucket nor another connection has to do with it.
    assert one.send(BULK).status == 200
    assert client("c2").send(ASK).status == 200


def test_only_the_first_call_of_a_process_is_counted_by_our_own_clock(
    client: Callable[..., Client],
):
    # Ours is in the next slice, and a reply tells that the platform's isn't.
    with clock.frozen(AT + timedelta(minutes=20)):
        clients = [client(tokens=MemoryTokens(Tokens("kept"))) for _ in range(4)]
        for each in clients[:3]:
            assert each.send(ASK).status == 200
        with pytest.raises(TransientError, match="used up"):
            clients[3].send(ASK)


def test_what_the_platform_says_is_left_counts_for_all(
    stage: Stage, answer: Answer, client: Callable[..., Client]
):
    answer.headers = {
        "X-Toast-RateLimit-By": "GLOBAL",
        "X-Toast-RateLimit-Remaining": "0",
        "X-Toast-RateLimit-Reset": str(int((AT + QUARTER).timestamp())),
    }
    client().send(ASK)
    with pytest.raises(TransientError, match="used up"):
        client().send(ASK)
    assert stage.paths().count("thing") == 1
