"""Where requests come in: what is answered on the loop, without a server."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Response

from cli.serving import edge as edge_module
from cli.serving.edge import Edge
from models.inbox import NewEvent
from models.session import DatabaseAwayError
from webhooks.group import Place
from webhooks.promised import Promised


def _run(main: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: a browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main).result()


def _scope(**headers: str) -> Any:
    path = "/webhooks/toast/somebody"
    return SimpleNamespace(method="POST", path=path, headers=headers)


def test_a_delivery_that_nobody_settles_is_answered_at_the_end_of_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "DATABASE_S", 0.1)
    monkeypatch.setattr(edge_module, "prepare", lambda: None)
    place = Place(NewEvent(1, 1, "d", "order_updated", {}, b"", "c"), "toast", 0.0)
    promised = Promised(place, lambda _: Response("Not stored.", 503))
    proto = Mock()

    async def asked() -> None:
        edge = Edge(lambda environ, answer: promised(environ, answer), Mock())
        edge.__rsgi_init__(asyncio.get_running_loop())
        await asyncio.wait_for(edge.__rsgi__(_scope(), proto), 5)

    _run(asked())
    assert isinstance(place.fault, DatabaseAwayError)
    assert proto.response_bytes.call_args.args[0] == 503


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


def _answering(status: int) -> Any:
    def application(environ: Any, answer: Any) -> list[bytes]:
        answer(f"{status} Whatever", [("Content-Length", "0")])
        return [b""]

    return application


def test_so_many_large_bodies_are_held_at_a_time_and_small_ones_come_in_beside_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "prepare", lambda: None)
    monkeypatch.setattr(edge_module, "_LARGE_AT_ONCE", 2)
    large, small = {"content-length": str(1024 * 1024)}, {"content-length": "1"}

    async def asked() -> None:
        edge = Edge(_answering(202), Mock())
        edge.__rsgi_init__(asyncio.get_running_loop())
        held, refused, beside, later = [_Slow(), _Slow()], _Slow(), _Slow(), _Slow()
        waiting = [asyncio.ensure_future(edge.__rsgi__(_scope(**large), one)) for one in held]
        await asyncio.sleep(0)
        await edge.__rsgi__(_scope(**large), refused)
        assert refused.answers == [503]
        beside.let_go.set()
        await edge.__rsgi__(_scope(**small), beside)
        assert beside.answers == [202]
        for one in held:
            one.let_go.set()
        await asyncio.gather(*waiting)
        later.let_go.set()
        await edge.__rsgi__(_scope(**large), later)
        assert [one.answers for one in (*held, later)] == [[202]] * 3

    _run(asked())


@pytest.mark.parametrize("told", ["9" * 5000, "1048577"])
def test_a_length_beyond_all_bounds_is_not_even_read(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    scope = SimpleNamespace(method="POST", path="/", headers={"content-length": told})
    body = _run(edge_module._whole(scope, Mock()))
    assert len(body) > edge_module.MAX_BODY


def test_those_who_call_at_no_known_address_wait_for_nobody_but_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "prepare", lambda: None)
    monkeypatch.setattr(edge_module, "_STRANGERS_WAITING", 1)
    hold = Event()

    def door(environ: Any, answer: Any) -> list[bytes]:
        later = environ.get("taxpoynt.later")
        if later is not None:
            later.elsewhere, later.stranger = True, b"stranger" in later.body
            return []
        body = environ["wsgi.input"].read()
        if b"stranger" in body:
            hold.wait(5)
        return _answering(404 if b"stranger" in body else 202)(environ, answer)

    async def asked() -> None:
        edge = Edge(door, Mock())
        edge.__rsgi_init__(asyncio.get_running_loop())
        strangers = [_Saying(b"stranger") for _ in range(5)]
        waiting = [asyncio.ensure_future(edge.__rsgi__(_http(), one)) for one in strangers]
        known = _Saying(b"known")
        await asyncio.wait_for(edge.__rsgi__(_http(), known), 5)
        assert known.answers == [202]
        hold.set()
        await asyncio.gather(*waiting)
        # Two were looked up, one waited for that, the others were sent away.
        assert (
            sorted(answer for one in strangers for answer in one.answers) == [404] * 3 + [503] * 2
        )

    _run(asked())


class _Saying(_Slow):
    """A sender whose body is there at once."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._said = body

    async def _body(self) -> bytes:
        return self._said


def _http() -> Any:
    whole = {"content-length": "8"}
    facts = {"query_string": "", "http_version": "1.1", "scheme": "http"}
    where = {"client": "127.0.0.1:1", "server": "127.0.0.1:2"}
    path = "/webhooks/toast/somebody"
    return SimpleNamespace(method="POST", path=path, headers=_Headers(whole), **facts, **where)


class _Headers(dict[str, str]):
    """As the server gives them."""
