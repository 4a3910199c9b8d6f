"""What a seed decides, before anything starts."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.faults import kinds
from tests.faults.plan import KINDS, plan


def test_a_seed_always_plans_the_same_storm() -> None:
    assert plan(7, 60) == plan(7, 60)
    assert plan(7, 60) != plan(8, 60)


@pytest.mark.parametrize("seed", range(20))
def test_one_thing_goes_wrong_with_a_victim_at_a_time(seed: int) -> None:
    faults = plan(seed, 120)
    assert len(faults) > 60
    for victim in {fault.victim for fault in faults}:
        of_it = [fault for fault in faults if fault.victim == victim]
        assert all(a.at_s + a.lasts_s < b.at_s for a, b in pairwise(of_it))
    assert all(fault.at_s + fault.lasts_s <= 120 for fault in faults)


def test_every_kind_comes_in_turn_and_can_be_done() -> None:
    times = Counter(fault.kind for fault in plan(1, 600))
    assert set(times) == set(KINDS)
    assert max(times.values()) - min(times.values()) <= 3
    assert {kind.name for kind in KINDS} == set(kinds._DONE)
