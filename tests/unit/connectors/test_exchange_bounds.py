"""No call outlasts its bounds, whatever the other side does; what ends it tells no address."""

import pytest

from connectors.base import exchange
from connectors.base.contract import Request, UnreachableError
from connectors.base.exchange import Exchange
from models.lease import LEASE
from tests.deaf import dripping, full, outcome, silent

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
ASK = Request("GET", "/secret-path")


def _called(url: str) -> object:
    held = Exchange(url)
    try:
        return outcome(lambda: held.call(url, ASK, {}))
    finally:
        held.close()


def _is_bare(error: object, kind: type[OSError]) -> bool:
    assert isinstance(error, OSError)
    hidden = error.__cause__ is None and error.__suppress_context__
    return type(error) is kind and error.args == () and hidden


def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "READ_TIMEOUT_S", 0.2)
    with silent() as url:
        assert _is_bare(_called(url), TimeoutError)


def test_a_host_that_does_not_accept_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "CONNECT_TIMEOUT_S", 0.2)
    with full() as url:
        error = _called(url)
    assert isinstance(error, UnreachableError)
    assert str(error) == url.removeprefix("http://")


def test_an_answer_that_stops_halfway_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "READ_TIMEOUT_S", 0.2)
    monkeypatch.setattr("tests.deaf._DRIP_EVERY_S", 60.0)
    with dripping(HEAD + b"{") as url:
        assert _is_bare(_called(url), ConnectionError)


def test_an_answer_that_drips_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each byte comes long before a read's own bound: only their sum can end it.
    monkeypatch.setattr(exchange, "TOTAL_TIMEOUT_S", 0.2)
    with dripping(HEAD) as url:
        assert _is_bare(_called(url), TimeoutError)


def test_a_call_ends_before_the_lease_of_its_reader() -> None:
    one_read = exchange.CONNECT_TIMEOUT_S + exchange.READ_TIMEOUT_S
    assert 0 < one_read < exchange.TOTAL_TIMEOUT_S < LEASE.total_seconds()
