"""Tells subscribers about orders: attempts, retries, back-off, and the count of it all."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sandbox.base.clock import Clock
from sandbox.toast.held import Held
from sandbox.toast.merchant import Restaurant
from sandbox.toast.webhook import retry, subscription
from sandbox.toast.webhook.agenda import Agenda
from sandbox.toast.webhook.backoff import Backoff
from sandbox.toast.webhook.chaos import Chaos, tampered
from sandbox.toast.webhook.event import Event
from sandbox.toast.webhook.message import (
    CHANNEL_ORDER_UPDATED,
    ORDER_UPDATED,
    Message,
    from_channel,
    order_updated,
)
from sandbox.toast.webhook.post import Post, post
from sandbox.toast.webhook.subscription import Subscription

# How many attempts the log looks back on.
_LOGGED = 1_000


@dataclass(frozen=True)
class Attempt:
    """One try at delivering a message; `status` is None when no answer came."""

    guid: str
    subject: str
    url: str
    attempt: int
    status: int | None


class Announcer:
    """Sends messages in the background and keeps its subscriptions in a file, if given one."""

    def __init__(
        self,
        clock: Clock,
        *,
        agenda: Agenda | None = None,
        send: Post = post,
        scale: float = 1.0,
        file: Path | None = None,
        secret: str = "",
        new_guid: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._clock = clock
        self.agenda = agenda or Agenda()
        self._send = send
        self._file = file
        self._new_guid = new_guid
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._log: deque[Attempt] = deque(maxlen=_LOGGED)
        self.scale = scale
        self.secret = secret
        self.chaos = Chaos()
        # Whether the client hears of a restaurant's orders.
        self.concerned: Callable[[Restaurant], bool] = lambda restaurant: True
        self.subscriptions = [] if file is None else subscription.load(file, secret)

    def subscribe(self, wanted: Subscription) -> None:
        """Add a subscription, or replace the one with its address and category."""
        known = (wanted.url, wanted.category)
        others = [each for each in self.subscriptions if (each.url, each.category) != known]
        self._keep([*others, wanted])

    def unsubscribe(self, url: str | None = None, category: str | None = None) -> None:
        """Drop the subscriptions of an address, of a category, of both, or all of them."""
        self._keep([each for each in self.subscriptions if not each.concerns(url, category)])

    def announce(self, held: Held) -> None:
        """Tell every subscriber of order updates about an order's present state."""
        if not self.concerned(held.restaurant):
            return
        for category in (ORDER_UPDATED, CHANNEL_ORDER_UPDATED):
            listeners = self._listeners(category)
            if listeners and (category == ORDER_UPDATED or from_channel(held)):
                message = order_updated(held, self._new_guid(), self._clock.now_ms(), category)
                self._send_to(listeners, message)

    def tell(self, event: Event) -> int:
        """Tell every subscriber of the event's category; how many they are."""
        listeners = self._listeners(event.category)
        if listeners:
            self._send_to(listeners, event.message(self._new_guid(), self._clock.now_ms()))
        return len(listeners)

    def pause(self, url: str | None, category: str | None, *, seconds: float | None) -> int:
        """Pause subscriptions for so long, or stop them for good; what they miss is lost."""
        found = [each for each in self.subscriptions if each.concerns(url, category)]
        for each in found:
            each.backoff.rest(self.agenda.now(), seconds)
        return len(found)

    def resume(self, url: str | None = None, category: str | None = None) -> None:
        """What support does for a subscription that is stopped: it starts anew."""
        for each in self.subscriptions:
            if each.concerns(url, category):
                each.backoff = Backoff(scale=self.scale)

    def dispatch(self, message: Message, listener: Subscription) -> None:
        """Send one message to one subscriber, through whatever chaos is on."""
        chaos = self.chaos
        self._count("announced")
        if chaos.strikes(chaos.drop):
            self._count("dropped")
            return
        for _copy in range(1 + chaos.strikes(chaos.duplicate)):
            self.agenda.add(partial(self._try, message, listener, 1), chaos.hold_s())

    def statistics(self) -> dict[str, Any]:
        """Messages announced, delivered, dropped, pending; attempts failed; each subscription."""
        now = self.agenda.now()
        names = ("announced", "attempts", "delivered", "failed", "dropped")
        with self._lock:
            counts = {name: self._counts[name] for name in names}
        states = [
            {
                "url": each.url,
                "eventCategory": each.category,
                "state": each.backoff.state(now),
            }
            for each in self.subscriptions
        ]
        return {**counts, "pending": self.agenda.pending, "subscriptions": states}

    def log(self) -> list[Attempt]:
        """The latest attempts, oldest first."""
        with self._lock:
            return list(self._log)

    def _try(self, message: Message, listener: Subscription, attempt: int) -> None:
        listener.backoff.scale = self.scale
        if listener.backoff.state(self.agenda.now()) != "active":
            self._count("dropped")
            return
        headers = message.headers(listener.secret, attempt)
        sent = message
        if self.chaos.strikes(self.chaos.tamper):
            sent = replace(message, body=tampered(message.body))
        status = self._send(listener.url, sent.body, headers)
        self._note(Attempt(message.guid, message.subject, listener.url, attempt, status))
        if retry.delivered(status):
            self._count("delivered")
        else:
            self._failed(message, listener, attempt, status)

    def _failed(
        self, message: Message, listener: Subscription, attempt: int, status: int | None
    ) -> None:
        self._count("failed")
        listener.backoff.failed(self.agenda.now())
        wait = retry.wait_s(status, attempt, message.category)
        if wait is None:
            self._count("dropped")
        else:
            again = partial(self._try, message, listener, attempt + 1)
            self.agenda.add(again, wait * self.scale)

    def _send_to(self, listeners: list[Subscription], message: Message) -> None:
        for listener in listeners:
            self.dispatch(message, listener)

    def _listeners(self, category: str) -> list[Subscription]:
        return [each for each in self.subscriptions if each.category == category]

    def _note(self, attempt: Attempt) -> None:
        with self._lock:
            self._counts["attempts"] += 1
            self._log.append(attempt)

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1

    def _keep(self, subscriptions: list[Subscription]) -> None:
        self.subscriptions = subscriptions
        if self._file is not None:
            subscription.store(self._file, subscriptions)
