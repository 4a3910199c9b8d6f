"""Puts a platform together: the merchant, its past, and what earlier runs left on disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sandbox.base.clock import Clock
from sandbox.base.faults import FaultPlan
from sandbox.base.journal import Journal
from sandbox.toast.book import OrderBook
from sandbox.toast.estate import Estate
from sandbox.toast.grants import Grants
from sandbox.toast.held import hold
from sandbox.toast.history import history
from sandbox.toast.limits import Limits, RateLimits
from sandbox.toast.menu import dishes
from sandbox.toast.menus.of_seed import sold_in
from sandbox.toast.merchant import Merchant, Restaurant
from sandbox.toast.places import demo_merchant
from sandbox.toast.platform import Platform
from sandbox.toast.seed import SeedReport, read_seed
from sandbox.toast.takeaway import seed_merchant
from sandbox.toast.tokens import SCOPES, TokenIssuer
from sandbox.toast.webhook.agenda import Agenda
from sandbox.toast.webhook.announcer import Announcer
from sandbox.toast.webhook.post import Post, post

_HOUR_MS = 3_600_000
_PAST = 150


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the stand-in is to be opened.

    `merchant` sells instead of the demo's. `history` is the number of past orders per restaurant
    (150 for the demo, none for another merchant), `anchor_ms` the instant they lead up to (by
    default the first start), `retry_scale` shortens webhook retries and pauses. `partner` False is
    a management group's own account.
    """

    seed: Path | None = None
    merchant: Merchant | None = None
    data: Path | None = None
    clock: Clock | None = None
    partner: bool = True
    scopes: tuple[str, ...] = SCOPES
    limits: Limits | None = None
    history: int | None = None
    anchor_ms: int | None = None
    retry_scale: float = 1.0
    agenda: Agenda | None = None
    send: Post = post


def open_platform(options: Options) -> Platform:
    """The platform, ready to answer.

    Raises:
        ValueError: the seed isn't an order CSV.
    """
    clock = options.clock or Clock()
    merchant = _merchant(options)
    # The past was what it was; what changed since comes next: the journal may speak of it.
    first = merchant.restaurants
    grants = Grants(merchant, clock, options.data and options.data / "locations.json")
    journal = None if options.data is None else Journal(options.data / "orders.jsonl")
    book = OrderBook(merchant, journal)
    report = _fill(book, first, options, clock)
    book.open_journal()
    platform = Platform(
        clock=clock,
        merchant=merchant,
        book=book,
        estate=_estate(book, options),
        tokens=TokenIssuer(merchant, clock, partner=options.partner, scopes=options.scopes),
        rate_limits=RateLimits(clock, options.limits),
        faults=FaultPlan(),
        webhooks=_announcer(merchant, options, clock),
        grants=grants,
        partner=options.partner,
        seed_report=report,
    )
    platform.webhooks.concerned = lambda place: platform.connected(book.present(place))
    return platform


def _estate(book: OrderBook, options: Options) -> Estate:
    journal = None if options.data is None else Journal(options.data / "premises.jsonl")
    return Estate(journal, dishes if options.seed is None else sold_in(book))


def _merchant(options: Options) -> Merchant:
    if options.seed is not None:
        return seed_merchant()
    return options.merchant or demo_merchant()


def _fill(
    book: OrderBook, restaurants: tuple[Restaurant, ...], options: Options, clock: Clock
) -> SeedReport | None:
    if options.seed is not None:
        orders, report = read_seed(options.seed)
        for each in orders:
            book.put(each.held())
        return report
    count = options.history
    if options.merchant is not None and not count:
        return None
    anchor_ms = _anchor(options, clock)
    for restaurant in restaurants:
        for order in history(restaurant, anchor_ms, _PAST if count is None else count):
            book.put(hold(order, book.present(restaurant)))
    return None


def _anchor(options: Options, clock: Clock) -> int:
    """The instant the past leads up to; kept on disk so that a restart has the same past."""
    anchor_ms = options.anchor_ms or clock.now_ms() // _HOUR_MS * _HOUR_MS
    if options.data is None:
        return anchor_ms
    file = options.data / "opened.json"
    if file.exists():
        return int(json.loads(file.read_text())["anchor_ms"])
    file.write_text(json.dumps({"anchor_ms": anchor_ms}))
    return anchor_ms


def _announcer(merchant: Merchant, options: Options, clock: Clock) -> Announcer:
    return Announcer(
        clock,
        agenda=options.agenda,
        send=options.send,
        scale=options.retry_scale,
        file=None if options.data is None else options.data / "subscriptions.json",
        secret=merchant.webhook_secret,
    )
