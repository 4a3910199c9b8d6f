"""Rows that change, go and stand at one instant while a window is paged: none is missed."""

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base.contract import Cursor
from connectors.toast import pages
from connectors.toast.orders import ORDERS, Place, changes
from connectors.toast.timestamps import instant
from tests.unit.connectors.till import NOON, Till

_START = NOON - timedelta(hours=1)


def _crowded(chance: random.Random, rows: int, instants: int) -> Till:
    """A till whose orders share a few instants, one of them the very end of the window."""
    edge = NOON - ORDERS.hold_back
    at = [_START + timedelta(minutes=n) for n in range(instants)] + [edge]
    till = Till(modified={f"o{n:03}": chance.choice(at) for n in range(rows)})
    till.rank = lambda guid: (till.modified[guid], guid)
    return till


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rows=st.integers(0, 40),
    instants=st.integers(1, 4),
    size=st.integers(1, 5),
)
def test_whatever_is_edited_or_deleted_meanwhile_no_row_is_missed(
    seed: int, rows: int, instants: int, size: int
) -> None:
    chance = random.Random(seed)
    till = _crowded(chance, rows, instants)

    def drift(shop: Till) -> None:
        shop.now += timedelta(seconds=chance.randint(0, 20))
        for guid in chance.sample(sorted(shop.modified), min(3, len(shop.modified))):
            # Most are changed, some are gone without a trace.
            if chance.random() < 0.4:
                shop.edit(guid)
            elif chance.random() < 0.2:
                del shop.modified[guid]

    till.between = drift
    seen: dict[str, bytes] = {}
    cursor: Cursor = Place(_START - timedelta(hours=1)).cursor()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages, "PAGE_SIZE", size)
        for calm in (False, False, False, True, True):
            if calm:
                till.between = lambda _: None
                till.now += timedelta(minutes=5)
            for page in changes(till, "site", cursor, till.now):
                seen |= {record.id: record.raw for record in page.records}
                cursor = page.next
                if not calm and chance.random() < 0.2:
                    # Killed after this page: the next reading resumes from its cursor.
                    break
            till.now += timedelta(minutes=1)
    left = {guid: till.body([guid])[1:-1] for guid in till.modified}
    assert {guid: seen.get(guid) for guid in left} == left


def test_windows_tile_time_but_for_the_overlap_whatever_the_clocks_do() -> None:
    till, cursor = Till(), Place(NOON - timedelta(days=90)).cursor()
    for skew in (0, 60, -60, 61, 1):
        till.now = max(NOON, till.now) + timedelta(minutes=skew)
        for page in changes(till, "site", cursor, till.now):
            cursor = page.next
    spans = [(str(r.query["startDate"]), str(r.query["endDate"])) for r in till.asked]
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert instant(end) - instant(start) == ORDERS.overlap
