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
# For deliveries that ask the database who lives at their address,
_LOOK_UPS = 8
# and for those to an address where nobody is known to live: anybody may make up any number of
# them, so they have threads of their own, and no more of them wait than are looked up in time.
_STRANGERS = 2
_STRANGERS_WAITING = 200
# Bodies that are larger than small, or of untold length, that a process holds at a time: each may
# grow to a megabyte before anything is known of its sender.
_LARGE_AT_ONCE = 64

# Stands for what isn't read because its length was told.
_TOO_LONG = bytes(MAX_BODY + 1)
_LATE = "The request didn't come in whole in time.\n"
_BUSY = "Too much comes in at once. Send it again.\n"
_CUT = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
_AGAIN = [*_CUT, ("Retry-After", "30")]
# No length that is meant has more digits; reading thousands of them is refused by Python.
_LONGEST_LENGTH = 10


class Edge:
    """The web as the server calls it: `door` takes deliveries in, `pages` is all of the web."""

    def __init__(self, door: Application, pages: Application) -> None:
        self._door = door
        self._pages = pages
        self._page_threads = Threads("page", _PAGES)
        self._look_ups = Threads("door", _LOOK_UPS)
        self._strangers = Threads("stranger", _STRANGERS, waiting=_STRANGERS_WAITING)
        self._large = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server's loop is there; nothing has come in yet."""
        self._loop = loop
        self._bodies = Deadlines(loop, _BODY_S)
        self._places = Deadlines(loop, DATABASE_S)
        self._letterbox = Letterbox(loop)
        self._look_ups.do(prepare)

    async def __rsgi__(self, scope: Scope, proto: Any) -> None:
        """Answer one request."""
        if not _may_be_large(scope):
            await self._answer(scope, proto)
        elif self._large >= _LARGE_AT_ONCE:
            proto.response_str(503, _AGAIN, _BUSY)
        else:
            self._large += 1
            try:
                await self._answer(scope, proto)
            finally:
                self._large -= 1

    async def _answer(self, scope: Scope, proto: Any) -> None:
        try:
            body = await self._in_time(scope, proto)
        except TimeoutError:
            proto.response_str(408, _CUT, _LATE)
            return
        except ProtocolClosed:
            return
        if not _is_delivery(scope):
            await self._in_thread(self._page_threads, self._pages, environ(scope, body), proto)
        elif len(body) > _SMALL:
            await self._in_thread(self._look_ups, self._door, environ(scope, body), proto)
        elif (elsewhere := await self._delivered(scope, body, proto)) is not None:
            await self._in_thread(elsewhere, self._door, environ(scope, body), proto)

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

    async def _delivered(self, scope: Scope, body: bytes, proto: Any) -> Threads | None:
        """Answer a delivery from here; or who is to, when that takes waiting of another kind."""
        asked = summary(scope)
        asked[LATER] = later = Later(headers(scope), body)
        answer = Answer()
        parts = self._door(asked, answer)
        if later.elsewhere:
            return self._strangers if later.stranger else self._look_ups
        if later.promised is not None:
            await self._settled(later.promised.place)
            parts = later.promised(asked, answer)
        proto.response_bytes(answer.status, answer.headers, b"".join(parts))
        return None

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
        if threads.do(partial(_answer, application, asked, proto, self._loop, done)):
            await done
        else:
            proto.response_str(503, _AGAIN, _BUSY)


async def _whole(scope: Scope, proto: Any) -> bytes:
    """The body; of one that is too long, no more than shows that it is."""
    told = scope.headers.get("content-length")
    if told is None and "transfer-encoding" not in scope.headers:
        return b""
    if told is not None and told.isdecimal():
        return _TOO_LONG if _length(told) > MAX_BODY else bytes(await proto())
    body = bytearray()
    async for part in proto:
        body += part
        if len(body) > MAX_BODY:
            break
    return bytes(body)


def _length(told: str) -> int:
    return int(told) if len(told) <= _LONGEST_LENGTH else MAX_BODY + 1


def _may_be_large(scope: Scope) -> bool:
    """Whether the body is not known to be small; what is known to be too long is not read."""
    told = scope.headers.get("content-length")
    if told is None or not told.isdecimal():
        return "transfer-encoding" in scope.headers
    return _SMALL < _length(told) <= MAX_BODY


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
