"""What a seed decides, before anything starts."""

import os
import sys
from collections import Counter
from itertools import pairwise

import pytest

from tests import nursery
from tests.children import ROOT
from tests.faults import kinds
from tests.faults.plan import KILLS, KILLS_S, KINDS, plan
from tests.faults.plan import kills as kills_of


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


def test_a_storm_of_kills_is_sixty_in_three_minutes_turn_by_turn() -> None:
    faults = kills_of(5, KILLS_S)
    assert len(faults) == KILLS == 60
    assert all(a.at_s < b.at_s and a.victim != b.victim for a, b in pairwise(faults))
    assert faults[0].at_s >= 0
    assert faults[-1].at_s <= KILLS_S == 180
    assert {fault.kind.name for fault in faults} == {
        "worker's parent killed",
        "worker's child killed",
        "worker killed altogether",
    }


def test_every_kind_comes_in_turn_and_can_be_done() -> None:
    times = Counter(fault.kind for fault in plan(1, 600))
    assert set(times) == set(KINDS)
    assert max(times.values()) - min(times.values()) <= 3
    assert {kind.name for kind in KINDS} == set(kinds._DONE)


def test_a_soak_can_be_asked_for() -> None:
    with nursery.piped(
        [sys.executable, "-m", "tests.faults.soak", "--help"], env=os.environ, cwd=str(ROOT)
    ) as process:
        out, err = process.communicate("")
    assert (process.wait(), "--minutes" in out) == (0, True), err
