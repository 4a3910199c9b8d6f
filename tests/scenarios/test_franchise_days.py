"""Fifty locations in six time zones, on the weekends on which clocks are set.

Three merchants learn of the same sales: one by webhooks alone, one by reading alone, one by both.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from config import clock
from models.day_list import FIGURES
from rules import business_dates
from rules.day import collected, imbalance, refunded
from sandbox.toast import times
from sandbox.toast.menu import dishes
from sandbox.toast.menus.telling import publish_menus
from sandbox.toast.merchant import Restaurant
from sandbox.toast.stock.telling import set_levels
from sandbox.toast.webhook.occasion import occasion
from tests.scenarios import franchise_books as books
from tests.scenarios import toast_sums
from tests.scenarios.franchise_story import openings, story
from tests.scenarios.franchise_world import EVERYTHING, Merchant, World, opened
from tests.scenarios.wall_clocks import DAY_MS, HOUR_MS, SEASONS, Wall, ms

LOCATIONS = 50
# The story is told in so many parts; after each, merchants see to what they know of it.
PARTS = 6
_TOKEN_MS = DAY_MS
_RENEWED_MS = 60_000


@dataclass
class Logins:
    """The fewest logins that will do: a token is the same for all until it ends."""

    least: int = 0
    _ends_ms: int = 0

    def __post_init__(self) -> None:
        self._held: dict[int, int] = {}

    def calls(self, merchant: Merchant) -> None:
        """A merchant calls the platform now, however often."""
        now_ms = ms(clock.now())
        if self._held.get(merchant.connection_id, 0) - now_ms > _RENEWED_MS:
            return
        if self._ends_ms - now_ms <= _RENEWED_MS:
            self._ends_ms = now_ms + _TOKEN_MS
        self._held[merchant.connection_id] = self._ends_ms
        self.least += 1


@dataclass(frozen=True)
class Told:
    """A season's story, told to its end to all three."""

    world: World
    walls: Mapping[str, Wall]
    by_webhooks: Merchant
    by_reading: Merchant
    by_both: Merchant
    logins: Logins

    @property
    def merchants(self) -> tuple[Merchant, Merchant, Merchant]:
        return self.by_webhooks, self.by_reading, self.by_both

    @property
    def restaurants(self) -> tuple[Restaurant, ...]:
        return self.world.platform.merchant.restaurants

    def bodies(self) -> Iterator[tuple[str, toast_sums.Json]]:
        """Every order as the platform shows it in the end, each with its location."""
        for held in self.world.platform.book.all():
            yield held.restaurant.guid, toast_sums.read(held.body())


@pytest.fixture(scope="module", params=list(SEASONS))
def told(request: pytest.FixtureRequest, database: str) -> Iterator[Told]:
    walls = SEASONS[request.param]
    first_ms = min(wall.set_ms for wall in walls.values())
    at = datetime.fromtimestamp((first_ms - 3 * DAY_MS) / 1000, UTC)
    with pytest.MonkeyPatch.context() as patch, opened(at, patch, LOCATIONS) as world:
        names = (f"{request.param}, {way}" for way in ("webhooks", "reading", "both"))
        merchants = [world.connect(name, listens="reading" not in name) for name in names]
        by_webhooks, by_reading, by_both = merchants
        yield _tell(Told(world, walls, by_webhooks, by_reading, by_both, Logins()))


def _tell(told: Told) -> Told:
    chance = random.Random(2026)
    for merchant in told.merchants:
        told.logins.calls(merchant)
    steps = story(told.restaurants, told.walls)
    for part in range(1, PARTS + 1):
        for step in steps[len(steps) * (part - 1) // PARTS : len(steps) * part // PARTS]:
            told.world.go_to(step.at_ms)
            told.world.tell(step.do(told.world.platform))
        _premises_change(told, part)
        if part == PARTS:
            # What changed within the last minute was left for a later reading.
            told.world.go_to(ms(clock.now()) + HOUR_MS)
        _catch_up(told, part, chance)
    for merchant in told.merchants:
        merchant.tally()
    return told


def _catch_up(told: Told, part: int, chance: random.Random) -> None:
    is_last = part == PARTS
    told.by_webhooks.take_in_at_random(chance)
    if is_last:
        told.by_webhooks.take_in_late(chance)
    told.by_webhooks.handle()
    told.logins.calls(told.by_webhooks)
    if part % 2 == 0:
        told.by_reading.read()
        told.logins.calls(told.by_reading)
    # In the middle it is read before the deliveries of it are applied, at the end after that.
    told.by_both.take_in_all()
    if part == PARTS // 2:
        told.by_both.read()
    told.by_both.handle()
    if is_last:
        told.by_both.read()
    told.logins.calls(told.by_both)


def _premises_change(told: Told, part: int) -> None:
    """What is no order is told, too: some of it only points at what is to be fetched."""
    platform, place = told.world.platform, told.restaurants[part]
    publish_menus(platform, place, [])
    article = platform.estate.of(place).stock.find(dishes(place)[0].name)
    assert article is not None
    set_levels(platform, place, [(article["guid"], "QUANTITY", 3)])
    for category in ("restaurant_availability", "restaurant_availability_toggle"):
        platform.webhooks.tell(occasion(platform, place, {"eventCategory": category}))
    for category in ("packaging", "ordering_schedule", "partner") if part == 1 else ():
        platform.webhooks.tell(occasion(platform, place, {"eventCategory": category}))
    told.world.tell(())


def test_webhooks_reading_and_both_come_to_the_same_days(told: Told) -> None:
    days = [books.days(merchant.connection_id) for merchant in told.merchants]
    # Saturday to Monday and what is booked before and after, of each location.
    assert len(days[0]) >= LOCATIONS * 3
    assert {key[0] for key in days[0]} == {place.guid for place in told.restaurants}
    assert days[1] == days[0]
    assert days[2] == days[0]


def test_each_order_comes_to_the_same_in_every_part(told: Told) -> None:
    orders = [books.orders(merchant.connection_id) for merchant in told.merchants]
    assert set(orders[0]) == {order["guid"] for _, order in told.bodies()}
    assert orders[1] == orders[0]
    assert orders[2] == orders[0]


def test_nothing_is_left_over(told: Told) -> None:
    assert [merchant.unhandled() for merchant in told.merchants] == [{}, {}, {}]
    assert told.by_webhooks.came() == told.by_both.came()
    assert set(told.by_both.came()) >= set(EVERYTHING)


def test_every_day_adds_up(told: Told) -> None:
    days = books.days(told.by_both.connection_id)
    faults = ("unexplained", "unexplained_orders", "untied_checks")
    assert {tuple(day[name] for name in faults) for day in days.values()} == {(0, 0, 0)}
    assert {imbalance(day) for day in days.values()} == {0}
    # Of each thing that can happen to a day some day has some.
    for name in FIGURES:
        # Its tills are never off.
        if name.key not in {*faults, "rounding"}:
            assert any(day[name.key] for day in days.values()), name.key


def test_each_order_counts_to_the_day_that_the_clock_on_the_wall_says(told: Told) -> None:
    stored = books.orders(told.by_webhooks.connection_id)
    places = {place.guid: place for place in told.restaurants}
    for location, order in told.bodies():
        place = places[location]
        at_ms = times.parse_instant(order["promisedDate"] or order["openedDate"])
        day = told.walls[place.zone].business_date(at_ms, place.closeout_hour)
        assert stored[order["guid"]]["business_date"] == day
        for booked in _booked(order):
            assert booked.on == told.walls[place.zone].business_date(
                booked.at_ms, place.closeout_hour
            )


@dataclass(frozen=True)
class _Booked:
    at_ms: int
    on: date


def _booked(order: toast_sums.Json) -> Iterator[_Booked]:
    for check in order["checks"]:
        for payment in check["payments"]:
            day = toast_sums.day_of(payment["paidBusinessDate"])
            yield _Booked(times.parse_instant(payment["paidDate"]), day)
            if (refund := payment["refund"]) is not None:
                day = toast_sums.day_of(refund["refundBusinessDate"])
                yield _Booked(times.parse_instant(refund["refundDate"]), day)


def test_days_of_23_and_of_25_hours_hold_what_was_sold_in_their_first_and_last_minutes(
    told: Told,
) -> None:
    sold_on = _sold_on(told)
    whole = set()
    for place in told.restaurants:
        wall = told.walls[place.zone]
        day, starts_ms, ends_ms = wall.odd_day(place.closeout_hour)
        hours = (ends_ms - starts_ms) // HOUR_MS
        assert hours == 24 - (wall.after_h - wall.before_h)
        bounds = business_dates.bounds(day, place.zone, place.closeout_hour)
        assert tuple(map(ms, bounds)) == (starts_ms, ends_ms)
        first, last = (sold_on.get((place.guid, at)) for at in openings(place, wall)[-2:])
        assert (first or {day}) | (last or {day}) == {day}
        if first and last:
            whole.add(hours)
    assert whole == {23, 24, 25}


def _sold_on(told: Told) -> dict[tuple[str, int], set[date]]:
    """The stored dates of orders, but of promised ones, by where and when they were opened."""
    stored = books.orders(told.by_reading.connection_id)
    found: dict[tuple[str, int], set[date]] = defaultdict(set)
    for location, order in told.bodies():
        if order["promisedDate"] is None:
            at_ms = times.parse_instant(order["openedDate"])
            found[location, at_ms].add(stored[order["guid"]]["business_date"])
    return found


def test_sales_and_refunds_of_a_day_are_what_the_platform_s_method_makes_of_its_json(
    told: Told,
) -> None:
    ours = {
        (location, day): {
            "orders": Decimal(figures["orders"]),
            "net": figures["net"],
            "tax": figures["tax"],
            "tips": figures["tips"],
            "collected": collected(figures),
            "refunded_net": figures["refunded_net"],
            "refunded_tax": figures["refunded_tax"],
            "refunded": refunded(figures),
        }
        for (location, day, _), figures in books.days(told.by_reading.connection_id).items()
    }
    theirs = toast_sums.sums(told.bodies())
    assert ours == theirs


def test_a_refund_is_booked_on_a_day_of_its_own(told: Told) -> None:
    days = books.days(told.by_webhooks.connection_id)
    refunds = 0
    for location, order in told.bodies():
        for check in order["checks"]:
            for payment in check["payments"]:
                if (refund := payment["refund"]) is None:
                    continue
                refunds += 1
                sold_on = toast_sums.day_of(order["businessDate"])
                given_on = toast_sums.day_of(refund["refundBusinessDate"])
                assert given_on > sold_on
                day = next(d for key, d in days.items() if key[:2] == (location, given_on))
                assert refunded(day) >= refund["refundAmount"] + refund["tipRefundAmount"]
    assert refunds >= LOCATIONS


def test_no_more_logins_than_tokens_that_end(told: Told) -> None:
    tokens = told.world.platform.tokens
    assert tokens.logins == told.logins.least
    # Connections log in one by one: of each of the three no more than two in any hour.
    instants = list(tokens.login_instants_ms)
    for at_ms in instants:
        within = [each for each in instants if at_ms <= each < at_ms + HOUR_MS]
        assert len(within) <= 3


def test_the_story_would_show_a_day_that_is_taken_from_utc(told: Told) -> None:
    assert {place.closeout_hour for place in told.restaurants} == set(range(7))
    assert {place.zone for place in told.restaurants} == set(told.walls)
    others = sum(
        datetime.fromtimestamp(times.parse_instant(order["openedDate"]) / 1000, UTC).date()
        != toast_sums.day_of(order["businessDate"])
        for _, order in told.bodies()
    )
    assert others >= 2 * LOCATIONS
