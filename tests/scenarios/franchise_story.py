"""A weekend at each location of the franchise, told in the order in which all of it happened."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from heapq import merge
from operator import attrgetter

from sandbox.toast.closeout import close_out
from sandbox.toast.held import Held
from sandbox.toast.identity import identify
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation import mutate
from sandbox.toast.mutation.merging import merge as push_together
from sandbox.toast.platform import Platform
from sandbox.toast.waste import throw_away
from sandbox.toast.webhook.occasion import occasion
from tests.scenarios.franchise_plots import PLOTS, Plot, Setting
from tests.scenarios.wall_clocks import MINUTE_MS, Wall

_HALF_AN_HOUR = 30 * MINUTE_MS
_MOMENTS = 5 * MINUTE_MS


@dataclass(frozen=True)
class Step:
    """One thing that happens at an instant; doing it says which orders it changed."""

    at_ms: int
    do: Callable[[Platform], list[Held]]


def story(restaurants: tuple[Restaurant, ...], walls: Mapping[str, Wall]) -> list[Step]:
    """All that happens at all locations, earliest first."""
    weekends = (
        sorted(_weekend(place, number, walls[place.zone]), key=attrgetter("at_ms"))
        for number, place in enumerate(restaurants)
    )
    return list(merge(*weekends, key=attrgetter("at_ms")))


def openings(place: Restaurant, wall: Wall) -> list[int]:
    """When orders are opened: through the weekend, and around whatever is odd about it."""
    sunday = wall.sunday
    _, starts, ends = wall.odd_day(place.closeout_hour)
    return [
        wall.reaches(sunday - timedelta(hours=12)),
        wall.reaches(sunday + timedelta(minutes=30)),
        # The same time on the wall where the clocks go back.
        wall.set_ms - _HALF_AN_HOUR,
        wall.set_ms + _HALF_AN_HOUR,
        wall.reaches(sunday + timedelta(hours=3, minutes=30)),
        wall.reaches(sunday + timedelta(hours=12)),
        wall.reaches(sunday + timedelta(hours=23, minutes=30)),
        wall.reaches(sunday + timedelta(hours=36)),
        starts + _MOMENTS,
        ends - _MOMENTS,
    ]


def _weekend(place: Restaurant, number: int, wall: Wall) -> Iterator[Step]:
    for turn, opened_ms in enumerate(openings(place, wall)):
        # Every location has some of the plots, every zone all of them.
        tell = PLOTS[(3 * number + turn) % len(PLOTS)]
        guid = named_guid("franchise story", place.guid, opened_ms, turn)
        yield from steps_of(place, opened_ms, tell(Setting(place, guid, opened_ms)))
    for day, starts_ms in wall.day_starts(place.closeout_hour).items():
        before = day - timedelta(days=1)
        yield _closing(place, starts_ms, int(f"{before:%Y%m%d}"))


def steps_of(place: Restaurant, opened_ms: int, plot: Plot) -> Iterator[Step]:
    """All that a plot comes to, its order opened at that instant."""
    order = identify(plot.order)
    if plot.wasted:
        lines = order.checks[0].lines
        yield Step(opened_ms, lambda p: [throw_away(p.book, place, opened_ms, lines)])
        return
    yield Step(opened_ms, lambda p: [p.book.save(order, place)])
    if plot.merged is not None:
        minutes, other = plot.merged[0], identify(plot.merged[1])
        yield Step(opened_ms + 1, lambda p: [p.book.save(other, place)])
        yield _merging(place, opened_ms + round(minutes * MINUTE_MS), other.guid, order.guid)
    for minutes, details in plot.happens:
        at_ms = opened_ms + round(minutes * MINUTE_MS)
        yield Step(at_ms, _change(place, order.guid, at_ms, details))
    if plot.ready_after is not None:
        at_ms = opened_ms + round(plot.ready_after * MINUTE_MS)
        yield Step(at_ms, _ready(place, order.guid))


def _change(
    place: Restaurant, guid: str, at_ms: int, details: dict[str, object]
) -> Callable[[Platform], list[Held]]:
    def do(platform: Platform) -> list[Held]:
        order = _held(platform, guid).order()
        return [platform.book.save(mutate(order, place, at_ms, details), place)]

    return do


def _merging(place: Restaurant, at_ms: int, source: str, target: str) -> Step:
    def do(platform: Platform) -> list[Held]:
        ours, theirs = _held(platform, target).order(), _held(platform, source).order()
        push_together(theirs, ours, place, at_ms, None)
        return [platform.book.save(each, place) for each in (ours, theirs)]

    return Step(at_ms, do)


def _closing(place: Restaurant, at_ms: int, day: int) -> Step:
    return Step(at_ms, lambda platform: close_out(platform.book, place, at_ms, day))


def _ready(place: Restaurant, guid: str) -> Callable[[Platform], list[Held]]:
    def do(platform: Platform) -> list[Held]:
        wanted = {"eventCategory": "guest_order_status", "order": guid, "status": "CLOSED"}
        platform.webhooks.tell(occasion(platform, place, wanted))
        return []

    return do


def _held(platform: Platform, guid: str) -> Held:
    held = platform.book.get(guid)
    if held is None:
        raise LookupError(guid)
    return held
