"""Where requests come in: read whole and in time before anything of ours is spent on them.

The server itself bounds how long a head may take, but not a body, and under its WSGI interface a
request holds a thread from the end of its head. So this speaks its RSGI interface: slow senders
wait on the loop, where they cost nothing but memory, and are cut off. A delivery that is plainly
good is judged and stored on the loop, where nothing waits but it; pages, and whoever has to be
looked up first, get a thread each, once they are whole.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from cli.serving.deadlines import Deadlines
from cli.serving.gateway import Answer, Application, Environ, Scope, environ, headers
from cli.serving.threads import Threads
from config import clock
from connectors.base.contract import Delivery
from models import deadline, inbox
from models.inbox import NewEvent
from models.line import Line
from webhooks import judging, replies
from webhooks.group import Group
from webhooks.receive import DATABASE_S, MAX_BODY, TOO_LARGE
from webhooks.replies import Reply

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

_T = TypeVar("_T")

# Stands for what isn't read because its length was told.
_TOO_LONG = bytes(MAX_BODY + 1)
_LATE = "The request didn't come in whole in time.\n"
_BUSY = "Too much comes in at once. Send it again."
_PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
_CUT = [*_PLAIN, ("Connection", "close")]
_AGAIN = [*_CUT, ("Retry-After", "30")]
# No length that is meant has more digits; reading thousands of them is refused by Python.
_LONGEST_LENGTH = 10


class Edge:
    """The web as the server calls it: deliveries are taken in here, `pages` answers the rest."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        line = Line()
        self._group = Group(lambda events: inbox.accept_all(line, events))
        self._page_threads = Threads("page", _PAGES)
        self._look_ups = Threads("door", _LOOK_UPS)
        self._strangers = Threads("stranger", _STRANGERS, waiting=_STRANGERS_WAITING)
        self._large = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server's loop is there; nothing has come in yet."""
        self._loop = loop
        self._bodies = Deadlines(loop, _BODY_S)
        self._look_ups.do(judging.prepare)

    async def __rsgi__(self, scope: Scope, proto: Any) -> None:
        """Answer one request."""
        if not _may_be_large(scope):
            await self._answer(scope, proto)
        elif self._large >= _LARGE_AT_ONCE:
            proto.response_str(503, _AGAIN, f"{_BUSY}\n")
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
        if _is_delivery(scope):
            reply = await self._reply(scope.path, Delivery(headers(scope), body))
            told = [*_PLAIN, *reply.headers]
            proto.response_bytes(reply.status, told, reply.text.encode())
        else:
            await self._page(environ(scope, body), proto)

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

    async def _reply(self, path: str, delivery: Delivery) -> Reply:
        _, _, platform, key = path.split("/")
        ends = clock.monotonic() + DATABASE_S
        try:
            found = await self._judged(platform, key, delivery, ends)
            if isinstance(found, Reply):
                return found
            place = self._group.join(found, platform, ends)
            await place.wait()
            if place.fault is not None:
                return replies.not_stored(platform, place.fault)
            return replies.stored(platform, found, fresh=place.fresh)
        except asyncio.QueueFull:
            return replies.turned_away(platform, _BUSY)
        except Exception as error:  # noqa: BLE001 - logged; whatever it is, it is sent again
            return replies.not_stored(platform, error)

    async def _judged(
        self, platform: str, key: str, delivery: Delivery, ends: float
    ) -> NewEvent | Reply:
        """The delivery to store, or why it isn't one. Raises: Fault when that can't be told now."""
        size = len(delivery.body)
        if size > MAX_BODY:
            return replies.refused(platform, 413, TOO_LARGE)
        if size <= _SMALL:
            event = judging.plainly_good(platform, key, delivery)
            if event is not None:
                return event
        strange = size <= _SMALL and judging.is_strange(platform, key)

        def judged() -> NewEvent | Reply:
            with deadline.within(ends - clock.monotonic()):
                return judging.judged(platform, key, delivery)

        return await self._in_thread(self._strangers if strange else self._look_ups, judged)

    async def _page(self, asked: Environ, proto: Any) -> None:
        answer = partial(_answer, self._pages, asked, proto, self._loop)
        await self._in_thread(self._page_threads, answer)

    async def _in_thread(self, threads: Threads, job: Callable[[], _T]) -> _T:
        """What a job comes to. Raises: what it raises, asyncio.QueueFull when too many wait."""
        done: asyncio.Future[_T] = self._loop.create_future()
        if not threads.do(partial(_told, job, self._loop, done)):
            raise asyncio.QueueFull
        return await done


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
    # What is spelled in another way is matched by the application.
    plain = path.startswith("/webhooks/") and path.count("/") == 3 and "%" not in path
    return scope.method == "POST" and plain and not path.endswith("/")


def _answer(
    application: Application,
    asked: Environ,
    proto: Any,
    loop: asyncio.AbstractEventLoop,
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


def _told(
    job: Callable[[], _T], loop: asyncio.AbstractEventLoop, done: "asyncio.Future[_T]"
) -> None:
    """In a thread: do a job and tell the loop what it came to."""
    try:
        tell = partial(done.set_result, job())
    except Exception as error:  # noqa: BLE001 - whoever waits for it deals with it
        tell = partial(done.set_exception, error)
    loop.call_soon_threadsafe(_unless_gone, done, tell)


def _unless_gone(done: "asyncio.Future[Any]", tell: Callable[[], None]) -> None:
    if not done.done():
        tell()
