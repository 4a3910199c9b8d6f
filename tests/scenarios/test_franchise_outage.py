"""Deliveries to one of two merchants are lost for a while: it is noticed, and reading makes up."""

from collections import deque
from datetime import timedelta

import pytest
import requests
from sqlalchemy import update

from config import clock
from models import StreamCursor
from models.session import unit_of_work
from models.silence import is_silent
from sandbox.toast.merchant import named_guid
from tests.scenarios import franchise_books as books
from tests.scenarios.franchise_plots import PLOTS, Setting
from tests.scenarios.franchise_story import Step, steps_of
from tests.scenarios.franchise_world import Merchant, World, opened
from tests.scenarios.wall_clocks import MINUTE_MS, ms

pytestmark = pytest.mark.usefixtures("database")

# One in each zone.
LOCATIONS = 6


def test_what_was_not_delivered_is_noticed_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    # The present: the database notes by its own clock when a delivery came.
    with opened(clock.now(), monkeypatch, LOCATIONS) as world:
        whole, cut_off = (world.connect(name, listens=True) for name in ("whole", "cut off"))
        began, steps = clock.now(), _steps(ms(clock.now()), world)
        _trade(world, steps, ms(began))
        _handle(whole, cut_off)
        cut_off.read()
        _others_were_read(cut_off)
        assert cut_off.stored().unannounced_since is None

        _pauses(world, "POST", {"url": cut_off.address, "stop": True})
        _trade(world, steps, ms(began + timedelta(minutes=10)))
        cut_off.read()
        since = cut_off.stored().unannounced_since
        assert since is not None
        assert began < since <= clock.now()
        assert not is_silent(since, clock.now())
        assert _others_due_in(cut_off) > timedelta(hours=23)

        _show_late(world)
        _trade(world, steps, ms(began + timedelta(minutes=40)))
        cut_off.read()
        assert is_silent(cut_off.stored().unannounced_since, clock.now())
        assert timedelta() < _others_due_in(cut_off) <= timedelta(minutes=5)
        assert not cut_off.mail
        assert world.platform.webhooks.statistics()["dropped"] > LOCATIONS

        _pauses(world, "DELETE", {"url": cut_off.address})
        _trade(world, steps, ms(began + timedelta(hours=2)))
        _handle(whole, cut_off)
        assert cut_off.stored().unannounced_since is None
        assert _others_due_in(cut_off) <= timedelta()

        # What was told in the last minute of the outage comes with the next reading.
        cut_off.read()
        for merchant in (whole, cut_off):
            merchant.tally()
            assert not merchant.unhandled()
        kept = books.orders(whole.connection_id)
        assert set(kept) == {held.guid for held in world.platform.book.all()}
        assert books.orders(cut_off.connection_id) == kept
        assert books.days(cut_off.connection_id) == books.days(whole.connection_id)
        # However many locations and readings there are.
        assert world.platform.tokens.logins == 2


def _steps(now_ms: int, world: World) -> deque[Step]:
    """From a quarter of an hour ago on an order of some plot every other minute."""
    found: list[Step] = []
    places = world.platform.merchant.restaurants
    for turn in range(2 * len(PLOTS)):
        place, opened_ms = places[turn % len(places)], now_ms + (2 * turn - 15) * MINUTE_MS
        setting = Setting(place, named_guid("outage", now_ms, turn), opened_ms)
        found += steps_of(place, opened_ms, PLOTS[turn % len(PLOTS)](setting))
    return deque(sorted(found, key=lambda step: step.at_ms))


def _trade(world: World, steps: deque[Step], until_ms: int) -> None:
    while steps[0].at_ms <= until_ms:
        step = steps.popleft()
        world.go_to(step.at_ms)
        world.tell(step.do(world.platform))
    world.go_to(until_ms)


def _show_late(world: World) -> None:
    """An order turns up whose last change lies before what was read up to."""
    place = world.platform.merchant.restaurants[0]
    opened_ms = ms(clock.now()) - 5 * MINUTE_MS
    plot = PLOTS[0](Setting(place, named_guid("late", opened_ms), opened_ms))
    first = next(steps_of(place, opened_ms, plot))
    world.tell(first.do(world.platform))


def _handle(*merchants: Merchant) -> None:
    for merchant in merchants:
        merchant.take_in_all()
        merchant.handle()


def _others_were_read(merchant: Merchant) -> None:
    """What is no sale is due tomorrow."""
    others = [cursor.id for cursor in merchant.cursors(sales=False)]
    with unit_of_work() as session:
        session.execute(
            update(StreamCursor)
            .where(StreamCursor.id.in_(others))
            .values(next_due_at=clock.now() + timedelta(days=1))
        )


def _others_due_in(merchant: Merchant) -> timedelta:
    """How long until the last of what is no sale is read."""
    return max(each.next_due_at for each in merchant.cursors(sales=False)) - clock.now()


def _pauses(world: World, method: str, wanted: dict[str, object]) -> None:
    address = f"{world.till.url}/control/webhooks/pauses"
    requests.request(method, address, json=wanted, timeout=10).raise_for_status()
