"""The outbound client against a scripted server: what it sends, and what it does about answers."""

import gzip
from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from config.errors import Fault, PermanentError, TransientError
from connectors.base import exchange
from connectors.base.budget import Limit, Unlimited
from connectors.base.contract import Request
from connectors.base.errors import AccessRefusedError, NotGrantedError, WindowExpiredError
from connectors.base.http import Client
from connectors.base.tokens import MemoryTokens
from connectors.toast.client import Toast
from tests.unit.connectors.stage import Answer, Call, Stage, playing, token

SECRET = "the-client-secret"
ASK = Request("GET", "/thing", location="site-1", buckets=("global",))


def toast(url: str) -> Toast:
    return Toast({"api_url": url, "client_id": "us", "client_secret": SECRET})


def client(stage: Stage, **options: object) -> Client:
    options.setdefault("tokens", MemoryTokens())
    options.setdefault("budget", Unlimited())
    options.setdefault("wait", lambda _: pytest.fail("it waited"))
    return Client(toast(stage.url), connection_key="c1", **options)


def then(*answers: Answer) -> Callable[[Call], Answer]:
    """Logins always succeed with the next token; other calls get these answers in turn."""
    left = iter(answers)
    count = iter(range(1, 100))
    return lambda call: token(next(count)) if call.path.endswith("login") else next(left)


def failing(answer: Answer) -> Fault:
    with playing(then(answer)) as stage, client(stage) as http, pytest.raises(Fault) as caught:
        http.send(ASK)
    return caught.value


def test_it_logs_in_once_and_signs_every_call():
    with playing(then(Answer(), Answer())) as stage, client(stage) as http:
        http.send(ASK)
        http.send(ASK)
    assert stage.paths() == ["login", "thing", "thing"]
    assert stage.calls[1].headers["authorization"] == "Bearer token-1"
    assert stage.calls[1].headers["toast-restaurant-external-id"] == "site-1"
    assert "authorization" not in stage.calls[0].headers


def test_connections_are_kept():
    with playing(then(*[Answer()] * 5)) as stage, client(stage) as http:
        for _ in range(5):
            http.send(ASK)
    assert len({call.port for call in stage.calls}) == 1


def test_a_refused_token_is_renewed_once_and_the_call_repeated():
    with playing(then(Answer(401), Answer())) as stage, client(stage) as http:
        assert http.send(ASK).status == 200
    assert stage.paths() == ["login", "thing", "login", "thing"]
    assert stage.calls[3].headers["authorization"] == "Bearer token-2"


def test_a_second_refusal_is_final():
    with (
        playing(then(Answer(401), Answer(401))) as stage,
        client(stage) as http,
        pytest.raises(AccessRefusedError) as caught,
    ):
        http.send(ASK)
    assert caught.value.code == "toast.token_refused"
    assert stage.paths() == ["login", "thing", "login", "thing"]


def test_a_refused_login_tells_the_merchant_what_to_check():
    with (
        playing(lambda _: Answer(401)) as stage,
        client(stage) as http,
        pytest.raises(AccessRefusedError, match="client id and secret") as caught,
    ):
        http.send(ASK)
    assert caught.value.next_step
    assert stage.paths() == ["login"]


def test_a_token_about_to_end_is_renewed_before_use():
    count = iter((token(1, 44), token(2)))
    script = lambda call: next(count) if call.path.endswith("login") else Answer()  # noqa: E731
    with playing(script) as stage, client(stage) as http:
        http.send(ASK)
        http.send(ASK)
    assert stage.paths() == ["login", "thing", "login", "thing"]


def test_many_threads_share_one_login():
    tokens, ready = MemoryTokens(), Barrier(6)

    def send(stage: Stage) -> None:
        with client(stage, tokens=tokens) as http:
            ready.wait()
            http.send(ASK)

    # To our clock, which is months ahead of the platform's, the token has long ended.
    with playing(then(*[Answer()] * 6)) as stage:
        threads = [Thread(target=send, args=(stage,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert stage.paths().count("login") == 1
    assert stage.paths().count("thing") == 6


def test_a_short_wait_is_waited_out():
    waits: list[float] = []
    limited = Answer(429, headers={"Retry-After": "1"})
    with playing(then(limited, Answer())) as stage, client(stage, wait=waits.append) as http:
        assert http.send(ASK).status == 200
    assert waits == [1.0]


def test_it_waits_for_one_answer_only_once():
    limited = Answer(429, headers={"Retry-After": "0.5"})
    with (
        playing(then(limited, limited)) as stage,
        client(stage, wait=lambda _: None) as http,
        pytest.raises(TransientError),
    ):
        http.send(ASK)
    assert stage.paths() == ["login", "thing", "thing"]


def test_a_long_wait_is_left_to_the_task():
    fault = failing(Answer(429, headers={"Retry-After": "60"}))
    assert isinstance(fault, TransientError)
    assert fault.retry_after_s == 60


class Empty(Unlimited):
    """A budget that is used up for a while, then not."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.blocked: list[str] = []

    def take(self, limits: object, now: object, here: object = None) -> float:
        return self.waits.pop(0) if self.waits else 0.0

    def block(self, limit: Limit, until: object, here: object) -> None:
        self.blocked.append(f"{limit.owner}/{limit.bucket.name}")


def test_it_waits_for_its_budget_within_its_patience():
    waits: list[float] = []
    with (
        playing(then(Answer())) as stage,
        client(stage, budget=Empty(0.0, 0.5, 0.5), wait=waits.append) as http,
    ):
        http.send(ASK)
    assert waits == [0.5, 0.5]


def test_beyond_its_patience_it_says_when_to_come_back():
    with (
        playing(then()) as stage,
        client(stage, budget=Empty(0.0, 3.0)) as http,
        pytest.raises(TransientError) as caught,
    ):
        http.send(ASK)
    assert caught.value.retry_after_s == 3.0
    assert stage.paths() == ["login"]


def test_a_full_bucket_is_shut_for_everybody():
    budget = Empty()
    headers = {"Retry-After": "60", "X-Toast-RateLimit-By": "ENDPOINT"}
    ask = Request("GET", "/bulk", location="s", buckets=("global", "ordersBulk"))
    with (
        playing(then(Answer(429, headers=headers))) as stage,
        client(stage, budget=budget) as http,
        pytest.raises(TransientError),
    ):
        http.send(ask)
    assert budget.blocked == ["c1:s/ordersBulk"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(500), TransientError),
        (Answer(503, b"<html>down</html>"), TransientError),
        (Answer(200, b"<!doctype html><p>hello"), TransientError),
        (Answer(200, b'[{"guid": "1"}, {"gu'), TransientError),
        (Answer(200, b'[{"guid": "1"}', missing=50), TransientError),
        (Answer(403, b"<html>Cloudflare</html>"), TransientError),
        (Answer(409), WindowExpiredError),
        (Answer(403), NotGrantedError),
        (Answer(400, b'{"message": "wrong"}'), PermanentError),
        (Answer(302, headers={"Location": "/elsewhere"}), PermanentError),
    ],
)
def test_each_answer_maps_to_its_intent(answer: Answer, kind: type[Fault]):
    fault = failing(answer)
    assert type(fault) is kind
    assert fault.code
    assert fault.next_step


def test_a_missing_thing_is_a_response():
    with playing(then(Answer(404))) as stage, client(stage) as http:
        assert http.send(ASK).status == 404


def test_nobody_listening_is_transient():
    with playing(then()) as stage:
        pass
    with client(stage, tokens=MemoryTokens()) as http, pytest.raises(TransientError) as caught:
        http.send(ASK)
    assert caught.value.code == "toast.unreachable"


def test_no_error_tells_a_secret_or_an_address():
    for answer in (Answer(500), Answer(400, missing=3), Answer(401, SECRET.encode())):
        with (
            playing(lambda _, told=answer: told) as stage,
            client(stage) as http,
            pytest.raises(Fault) as caught,
        ):
            http.send(ASK)
        assert SECRET not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_token_in_a_platforms_words_is_left_out():
    told = b'{"message": "bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1cyJ9.c2lnbmF0dXJl here"}'
    assert "bad token [removed] here" in failing(Answer(422, told)).sentence


def test_an_answer_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exchange, "MAX_BODY", 1000)
    packed = gzip.compress(b" " * 200_000)
    fault = failing(Answer(200, packed, {"Content-Encoding": "gzip"}))
    assert fault.code == "http.too_large"


def test_compressed_answers_are_read_whole():
    body = b"[" + b",".join(b'"%d"' % n for n in range(100_000)) + b"]"
    packed = Answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})
    with playing(then(packed)) as stage, client(stage) as http:
        assert http.send(ASK).body == body
    assert "gzip" in stage.calls[1].headers["accept-encoding"]


def test_the_servers_time_comes_with_the_response():
    with playing(then(Answer(), Answer(headers={"Date": ""}))) as stage, client(stage) as http:
        assert http.send(ASK).server_time.isoformat() == "2026-03-01T12:00:00+00:00"
        assert http.send(ASK).server_time.year > 2025
        assert http.server_now().date().isoformat() == "2026-03-01"


def test_a_plus_sign_in_a_query_is_encoded():
    ask = Request("GET", "/thing", {"startDate": "2026-03-01T00:00:00.000+0000"})
    with playing(then(Answer())) as stage, client(stage) as http:
        http.send(ask)
    assert "%2B0000" in stage.calls[1].path


def test_a_header_that_cannot_be_sent_is_a_mistake_of_ours():
    ask = Request("GET", "/thing", location="a\r\nb")
    with playing(then()) as stage, client(stage) as http, pytest.raises(PermanentError) as caught:
        http.send(ask)
    assert caught.value.code == "http.unsendable"


def test_spaced_calls_wait_for_their_turn_beyond_patience():
    waits: list[float] = []
    with playing(then(Answer())) as stage:
        ask = Request("GET", "/thing", buckets=("history",))
        real = toast(stage.url)
        real.buckets = Toast(
            {"api_url": "https://ws-api.toasttab.com", "client_id": "", "client_secret": ""}
        ).buckets
        options = {"tokens": MemoryTokens(), "budget": Empty(0.0, 5.0), "wait": waits.append}
        with Client(real, connection_key="c", patience_s=0.5, **options) as http:
            http.send(ask)
    assert waits == [5.0]
