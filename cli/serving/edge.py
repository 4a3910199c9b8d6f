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

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from cli.serving.deadlines import Deadlines
from cli.serving.gateway import Answer, Application, Environ, Scope, environ, headers, summary
from cli.serving.letterbox import Letterbox
from cli.serving.threads import Threads
from webhooks.group import DATABASE_S, Place
from webhooks.promised import LATER, Later
from webhooks.receive import MAX_BODY, prepare

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

# Stands for what isn't read because its length was told.
_TOO_LONG = bytes(MAX_BODY + 1)
_LATE = "The request didn't come in whole in time.\n"
_CUT = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]


class Edge:
    """The web as the server calls it: `door` takes deliveries in, `pages` is all of the web."""

    def __init__(self, door: Application, pages: Application) -> None:
        self._door = door
        self._pages = pages
        self._page_threads = Threads("page", _PAGES)
        self._look_ups = Threads("door", _LOOK_UPS)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server's loop is there; nothing has come in yet."""
        self._loop = loop
        self._bodies = Deadlines(loop, _BODY_S)
        self._places = Deadlines(loop, DATABASE_S)
        self._letterbox = Letterbox(loop)
        self._look_ups.do(prepare)

    async def __rsgi__(self, scope: Scope, proto: Any) -> None:
        """Answer one request."""
        try:
            body = await self._in_time(scope, proto)
        except TimeoutError:
            proto.response_str(408, _CUT, _LATE)
            return
        except ProtocolClosed:
            return
        if not _is_delivery(scope):
            await self._in_thread(self._page_threads, self._pages, environ(scope, body), proto)
        elif len(body) > _SMALL or not await self._delivered(scope, body, proto):
            await self._in_thread(self._look_ups, self._door, environ(scope, body), proto)

    async def _in_time(self, scope: Scope, proto: Any) -> bytes:
        """The body. Raises: TimeoutError when it wasn't there in time."""
        task = asyncio.current_task()
        if task is None or (scope.method == "GET" and "transfer-encoding" not in scope.headers):
            return b""
        deadline = self._bodies.set(task.cancel)
        try:
            return await _whole(scope, proto)
        except asyncio.CancelledError:
            if deadline.at > self._loop.time():
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            deadline.met()

    async def _delivered(self, scope: Scope, body: bytes, proto: Any) -> bool:
        """Answer a delivery from here; false when that takes waiting of another kind."""
        asked = summary(scope)
        asked[LATER] = later = Later(headers(scope), body)
        answer = Answer()
        parts = self._door(asked, answer)
        if later.elsewhere:
            return False
        if later.promised is not None:
            await self._settled(later.promised.place)
            parts = later.promised(asked, answer)
        proto.response_bytes(answer.status, answer.headers, b"".join(parts))
        return True

    async def _settled(self, place: Place) -> None:
        """Wait for what became of a delivery, but no longer than anybody waits for it."""
        known = self._loop.create_future()
        place.then(partial(self._letterbox.tell, known))
        deadline = self._places.set(place.overdue)
        await known
        deadline.met()

    async def _in_thread(
        self, threads: Threads, application: Application, asked: Environ, proto: Any
    ) -> None:
        done = self._loop.create_future()
        threads.do(partial(_answer, application, asked, proto, self._loop, done))
        await done


async def _whole(scope: Scope, proto: Any) -> bytes:
    """The body; of one that is too long, no more than shows that it is."""
    told = scope.headers.get("content-length")
    if told is None and "transfer-encoding" not in scope.headers:
        return b""
    if told is not None and told.isdecimal():
        return _TOO_LONG if int(told) > MAX_BODY else bytes(await proto())
    body = bytearray()
    async for part in proto:
        body += part
        if len(body) > MAX_BODY:
            break
    return bytes(body)


def _is_delivery(scope: Scope) -> bool:
    path = scope.path
    return scope.method == "POST" and path.startswith("/webhooks/") and path.count("/") == 3


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
    async def begin() -> tuple[Any, "asyncio.Future[None]"]:
        # Sending alone doesn't tell that nobody is there any more.
        gone = asyncio.ensure_future(proto.client_disconnect())
        return proto.response_stream(answer.status, answer.headers), gone

    line, gone = asyncio.run_coroutine_threadsafe(begin(), loop).result(_STALLED_S)

    async def send(part: bytes) -> None:
        await line.send_bytes(part)

    # Whoever has gone, or reads no more, needs no more.
    with suppress(ProtocolClosed, TimeoutError):
        for part in parts:
            if gone.done():
                break
            asyncio.run_coroutine_threadsafe(send(part), loop).result(_STALLED_S)
    loop.call_soon_threadsafe(gone.cancel)


def _finish(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
