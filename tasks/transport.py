"""kombu's Redis transport, cheaper, and deaf to poison.

It keeps one client a channel, where kombu makes a new one for each publish and each ack; that is a
third of what a task costs. What is no message at all never reaches Celery, which would end over it:
it is set aside. And a message that comes back says how many workers were lost with it.
"""

from contextlib import AbstractContextManager, nullcontext
from queue import Empty
from typing import Any

from kombu.transport import redis
from kombu.utils.encoding import bytes_to_str

from config.logging import logger
from tasks import dead, fitness

log = logger(__name__)


class QoS(redis.QoS):
    """Tells messages that come back in order from those whose worker was lost."""

    channel: "Channel"

    def restore_unacked(self, client: Any = None) -> None:
        """A worker that ends hands back what it hasn't begun: nobody was lost.

        Of a connection that broke, Celery may have closed what it was made of before: nothing can
        be handed back then, which kombu ends the worker over. It comes back by itself, later.
        """
        if self.channel.connection.client is None:
            self._delivered.clear()  # type: ignore[union-attr]
            return
        self.channel.in_order = True
        try:
            super().restore_unacked(client)
        finally:
            self.channel.in_order = False

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:
        """Put a message back; one that was garbled meanwhile must not stop the others."""
        try:
            super().restore_by_tag(tag, client, leftmost)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raw = self.channel.kept.hget(self.unacked_key, tag) or b""
            dead.set_aside("unacked", raw, fitness.unreadable(error))
            self._remove_from_indices(tag).execute()  # type: ignore[attr-defined]


class Channel(redis.Channel):
    """One client for everything but the waiting, and a sieve before what was waited for."""

    QoS = QoS
    # Whether messages are being handed back by a worker that ends.
    in_order = False
    _kept: Any = None

    @property
    def kept(self) -> Any:
        """The client that everything but the waiting goes through; its pool is thread-safe."""
        if self._kept is None:
            self._kept = self._create_client()
        return self._kept

    def conn_or_acquire(  # type: ignore[override]
        self, client: Any = None
    ) -> AbstractContextManager[Any]:
        """The client that is kept, where kombu makes a new one."""
        return nullcontext(client or self.kept)

    def _create_client(self, asynchronous: bool = False) -> Any:
        made = super()._create_client(asynchronous)  # type: ignore[misc]
        if asynchronous:
            made.set_response_callback("BRPOP", self._sieved)
        return made

    def _disconnect_pools(self) -> None:
        self._kept = None
        super()._disconnect_pools()  # type: ignore[misc]

    def _sieved(self, response: Any, **_: Any) -> Any:
        """What was popped; what is no message is set aside, as if nothing had been there."""
        if not response:
            return None
        key, raw = response
        raw = raw if isinstance(raw, bytes) else str(raw).encode()
        if (unfit := fitness.enveloped(raw)) is None:
            return key, raw
        queue = bytes_to_str(key).rsplit(self.sep, 1)[0]
        dead.set_aside(queue, raw, unfit)
        return None

    def _do_restore_message(
        self, payload: Any, exchange: Any, routing_key: Any, pipe: Any, leftmost: bool = False
    ) -> None:
        if not self.in_order:
            headers = payload["headers"]
            headers["losses"] = int(headers.get("losses") or 0) + 1
        super()._do_restore_message(payload, exchange, routing_key, pipe, leftmost)  # type: ignore[misc]

    def _receive_one(self, c: Any) -> Any:
        """One broadcast; one that is no JSON must not leave those behind it unread."""
        try:
            return super()._receive_one(c)  # type: ignore[misc]
        except Empty:
            return None

    def _deliver_fanout_message(self, message: Any, exchange: Any) -> Any:
        """A broadcast asks workers how they are; one that is garbled asks nothing."""
        try:
            return super()._deliver_fanout_message(message, exchange)  # type: ignore[misc]
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            log.warning("broadcast not understood", error=type(error).__name__)
            return True


class Transport(redis.Transport):
    """Chosen in `celeryconfig`."""

    Channel = Channel
