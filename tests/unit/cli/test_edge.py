"""Where requests come in: what is answered on the loop, without a server."""

import asyncio
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from cli.serving import edge as edge_module
from cli.serving.edge import Edge
from connectors.base.contract import Delivery
from models.inbox import NewEvent
from tests.loops import run
from webhooks import judging, replies
from webhooks.replies import Reply


@pytest.fixture(autouse=True)
def _nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "prepare", lambda: None)
    monkeypatch.setattr(judging, "plainly_good", lambda *_: None)
    monkeypatch.setattr(judging, "is_strange", lambda *_: False)
    monkeypatch.setattr(judging, "judged", _refused(401))


def _refused(status: int) -> Any:
    return lambda platform, _key, _delivery: replies.refused(platform, status, "No.")


async def _opened() -> Edge:
    edge = Edge(Mock())
    edge.__rsgi_init__(asyncio.get_running_loop())
    return edge


def _scope(**headers: str) -> Any:
    path = "/webhooks/toast/somebody"
    return SimpleNamespace(method="POST", path=path, headers=_Headers(headers))


def test_a_delivery_that_nobody_settles_is_answered_at_the_end_of_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "DATABASE_S", 0.1)
    monkeypatch.setattr(
        judging, "plainly_good", lambda *_: NewEvent(1, 1, "d", "order_updated", {}, b"", "c")
    )

    async def never(_line: Any, _events: Any) -> set[str]:
        await asyncio.Event().wait()
        return set()

    monkeypatch.setattr(edge_module.inbox, "accept_all", never)
    sender = _Saying(b"x")

    async def asked() -> None:
        edge = await _opened()
        await asyncio.wait_for(edge.__rsgi__(_scope(**{"content-length": "1"}), sender), 5)

    run(asked())
    assert sender.answers == [503]


class _Slow:
    """A sender whose body takes until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.answers: list[int] = []

    def __call__(self) -> Any:
        return self._body()

    async def _body(self) -> bytes:
        await self.let_go.wait()
        return b"x"

    def response_str(self, status: int, headers: Any, text: str) -> None:
        self.answers.append(status)

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.answers.append(status)


def test_so_many_large_bodies_are_held_at_a_time_and_small_ones_come_in_beside_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "_LARGE_AT_ONCE", 2)
    large, small = {"content-length": str(1024 * 1024)}, {"content-length": "1"}

    async def asked() -> None:
        edge = await _opened()
        held, refused, beside, later = [_Slow(), _Slow()], _Slow(), _Slow(), _Slow()
        waiting = [asyncio.ensure_future(edge.__rsgi__(_scope(**large), one)) for one in held]
        await asyncio.sleep(0)
        await edge.__rsgi__(_scope(**large), refused)
        assert refused.answers == [503]
        beside.let_go.set()
        await edge.__rsgi__(_scope(**small), beside)
        assert beside.answers == [401]
        for one in held:
            one.let_go.set()
        await asyncio.gather(*waiting)
        later.let_go.set()
        await edge.__rsgi__(_scope(**large), later)
        assert [one.answers for one in (*held, later)] == [[401]] * 3

    run(asked())


@pytest.mark.parametrize("told", ["9" * 5000, "1048577"])
def test_a_length_beyond_all_bounds_is_not_even_read(told: str) -> None:
    scope = SimpleNamespace(method="POST", path="/", headers={"content-length": told})
    body = run(edge_module._whole(scope, Mock()))
    assert len(body) > edge_module.MAX_BODY


def test_those_who_call_at_no_known_address_wait_for_nobody_but_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "_STRANGERS_WAITING", 1)
    hold = Event()

    def judged(platform: str, key: str, _delivery: Delivery) -> Reply:
        if key == "stranger":
            hold.wait(5)
        return replies.refused(platform, 404 if key == "stranger" else 401, "No.")

    monkeypatch.setattr(judging, "judged", judged)
    monkeypatch.setattr(judging, "is_strange", lambda _platform, key: key == "stranger")

    async def asked() -> None:
        edge = await _opened()
        strangers = [_Saying(b"x") for _ in range(5)]
        waiting = [
            asyncio.ensure_future(edge.__rsgi__(_http("stranger"), one)) for one in strangers
        ]
        known = _Saying(b"x")
        await asyncio.wait_for(edge.__rsgi__(_http("known"), known), 5)
        assert known.answers == [401]
        hold.set()
        await asyncio.gather(*waiting)
        # Two were looked up, one waited for that, the others were sent away.
        assert (
            sorted(answer for one in strangers for answer in one.answers) == [404] * 3 + [503] * 2
        )

    run(asked())


def test_what_goes_wrong_in_judging_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Reply:
        raise RuntimeError("A mistake of ours.")

    monkeypatch.setattr(judging, "judged", broken)
    sender = _Saying(b"x")

    async def asked() -> None:
        edge = await _opened()
        await asyncio.wait_for(edge.__rsgi__(_http("known"), sender), 5)

    run(asked())
    assert sender.answers == [503]


class _Saying(_Slow):
    """A sender whose body is there at once."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._said = body

    async def _body(self) -> bytes:
        return self._said


def _http(key: str) -> Any:
    path = f"/webhooks/toast/{key}"
    return SimpleNamespace(method="POST", path=path, headers=_Headers({"content-length": "1"}))


class _Headers(dict[str, str]):
    """As the server gives them."""
