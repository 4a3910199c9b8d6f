"""Where requests come in: read whole and in time before anything of ours is spent on them.

The server itself bounds how long a head may take, but not a body, and under its WSGI interface a
request holds a thread from the end of its head. So this speaks its RSGI interface: slow senders
wait on the loop, where they cost nothing but memory, and are cut off. A delivery that waits for
its commit waits on the loop, too. Pages get a thread each, once they are whole.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from granian.rsgi import ProtocolClosed

from cli.serving.gateway import Answer, Application, Environ, Scope, environ
from cli.serving.threads import Threads
from config import clock
from webhooks.promised import LATER, Later, Promised
from webhooks.receive import MAX_BODY

# A platform gives its webhook two seconds in all. A person's form is smaller, their line slower.
_BODY_S = 5.0
# A larger delivery isn't judged where all others wait meanwhile.
_SMALL = 64 * 1024
# Whoever doesn't read on for so long is given up.
_STALLED_S = 30.0
# Pages that stay open hold a thread each while they listen, so there are more threads than
# connections in a process's pool.
_PAGES = 24
# For deliveries that ask the database who lives at their address.
_LOOK_UPS = 8

_LATE = "The request didn't come in whole in time.\n"
_CUT = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]


class Edge:
    """The web as the server calls it: `door` takes deliveries in, `pages` is all of the web."""

    def __init__(self, door: Application, pages: Application) -> None:
        self._door = door
        self._pages = pages
        self._page_threads = Threads("page", _PAGES)
        self._look_ups = Threads("door", _LOOK_UPS)

    async def __rsgi__(self, scope: Scope, proto: Any) -> None:
        """Answer one request."""
        try:
            async with asyncio.timeout(_BODY_S):
                body = await _whole(scope, proto)
        except TimeoutError:
            return proto.response_str(408, _CUT, _LATE)
        except ProtocolClosed:
            return None
        asked = environ(scope, body)
        if not _is_delivery(scope):
            await self._in_thread(self._page_threads, self._pages, asked, proto)
        elif len(body) > _SMALL or not await self._delivered(asked, proto):
            again = environ(scope, body)
            await self._in_thread(self._look_ups, self._door, again, proto)
        return None

    async def _delivered(self, asked: Environ, proto: Any) -> bool:
        """Answer a delivery from here; false when that takes waiting of another kind."""
        asked[LATER] = later = Later()
        answer = Answer()
        parts = self._door(asked, answer)
        if later.elsewhere:
            return False
        if later.promised is not None:
            await _settled(later.promised)
            parts = later.promised(asked, answer)
        proto.response_bytes(answer.status, answer.headers, b"".join(parts))
        return True

    async def _in_thread(
        self, threads: Threads, application: Application, asked: Environ, proto: Any
    ) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        threads.do(partial(_answer, application, asked, proto, loop, done))
        await done


async def _whole(scope: Scope, proto: Any) -> bytes:
    """The body; of one that is too long, no more than shows that it is."""
    headers = scope.headers
    told = headers.get("content-length")
    if told is None and "transfer-encoding" not in headers:
        return b""
    if told is not None and told.isdecimal():
        return b"" if int(told) > MAX_BODY else bytes(await proto())
    body = bytearray()
    async for part in proto:
        body += part
        if len(body) > MAX_BODY:
            break
    return bytes(body)


def _is_delivery(scope: Scope) -> bool:
    path = scope.path
    return scope.method == "POST" and path.startswith("/webhooks/") and path.count("/") == 3


async def _settled(promised: Promised) -> None:
    """Wait for what became of a delivery, but no longer than anybody waits for it."""
    loop, place = asyncio.get_running_loop(), promised.place
    known = asyncio.Event()
    place.then(lambda: loop.call_soon_threadsafe(known.set))
    try:
        async with asyncio.timeout(max(0.0, place.ends - clock.monotonic())):
            await known.wait()
    except TimeoutError:
        place.overdue()


def _answer(
    application: Application,
    asked: Environ,
    proto: Any,
    loop: asyncio.AbstractEventLoop,
    done: "asyncio.Future[None]",
) -> None:
    """In a thread: let an application answer a request."""
    parts: Iterable[bytes] = ()
    try:
        answer = Answer()
        parts = application(asked, answer)
        if answer.measured:
            whole = b"".join(parts)
            loop.call_soon_threadsafe(proto.response_bytes, answer.status, answer.headers, whole)
        else:
            _stream(answer, parts, proto, loop)
    finally:
        close: Callable[[], None] = getattr(parts, "close", lambda: None)
        close()
        loop.call_soon_threadsafe(_finish, done)


def _stream(
    answer: Answer, parts: Iterable[bytes], proto: Any, loop: asyncio.AbstractEventLoop
) -> None:
    async def begin() -> Any:
        return proto.response_stream(answer.status, answer.headers)

    line = asyncio.run_coroutine_threadsafe(begin(), loop).result(_STALLED_S)

    async def send(part: bytes) -> None:
        await line.send_bytes(part)

    # Whoever has gone, or reads no more, needs no more.
    with suppress(ProtocolClosed, TimeoutError):
        for part in parts:
            asyncio.run_coroutine_threadsafe(send(part), loop).result(_STALLED_S)


def _finish(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
