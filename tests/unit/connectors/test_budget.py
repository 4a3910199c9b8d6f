"""The shared call budget on a real server: slices, several buckets at once, holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis

from config.errors import TransientError
from connectors.base.budget import JITTER_S, Budget, Limit
from connectors.base.platform import Bucket

NOW = datetime(2026, 3, 1, 12, 0, 0, 300_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FEW = Limit(Bucket("few", "location", 3, SECOND), "c1:site")
MANY = Limit(Bucket("many", "location", 100, timedelta(minutes=15)), "c1:site")
SPACED = Limit(Bucket("spaced", "location", 1, 5 * SECOND, spaced=True), "c1:site")


@pytest.fixture
def budget(broker: redis.Redis) -> Budget:
    return Budget(broker, chance=lambda: 0.0)


def grants(budget: Budget, limit: Limit, at: datetime = NOW, tries: int = 10) -> int:
    return sum(budget.take([limit], at) == 0 for _ in range(tries))


def test_a_slice_holds_its_capacity_and_the_next_one_begins_anew(budget: Budget):
    assert grants(budget, FEW) == 3
    assert budget.take([FEW], NOW) == 0.7
    assert grants(budget, FEW, NOW + SECOND) == 3


def test_taking_from_several_is_all_or_none(budget: Budget):
    assert grants(budget, MANY, tries=98) == 98
    assert sum(budget.take([FEW, MANY], NOW) == 0 for _ in range(3)) == 2
    assert grants(budget, FEW) == 1


def test_the_longest_wait_is_told(budget: Budget):
    grants(budget, FEW)
    grants(budget, MANY, tries=101)
    assert budget.take([FEW, MANY], NOW) == 899.7


def test_the_vendors_count_lowers_ours(budget: Budget):
    ends = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
    budget.observe(FEW, 1, ends)
    assert grants(budget, FEW) == 1
    budget.observe(FEW, 3, ends)
    assert grants(budget, FEW) == 0


def test_a_blocked_bucket_gives_nothing_until_then(budget: Budget):
    budget.block(FEW, NOW + 3 * SECOND, NOW)
    budget.block(FEW, NOW + SECOND, NOW)
    assert budget.take([FEW], NOW + SECOND) == 2
    assert grants(budget, FEW, NOW + 3 * SECOND) == 3


@pytest.mark.parametrize("ahead", [-90 * SECOND, 90 * SECOND])
def test_a_hold_is_as_long_for_who_knows_the_vendors_clock_as_for_who_does_not(
    budget: Budget, ahead: timedelta
):
    budget.block(FEW, NOW + 40 * SECOND, NOW)
    assert budget.take([FEW], NOW, NOW) == 40
    assert budget.take([FEW], NOW + ahead, NOW) == 40
    assert budget.take([FEW], NOW + ahead + 40 * SECOND, NOW + 40 * SECOND) == 0


def test_spaced_calls_are_never_closer_than_their_window(budget: Budget):
    late = datetime(2026, 3, 1, 12, 0, 4, 900_000, tzinfo=UTC)
    assert budget.take([SPACED], late) == 0
    assert budget.take([SPACED], late + SECOND) == 4
    assert budget.take([SPACED], late + 5 * SECOND) == 0


def test_owners_do_not_share(budget: Budget):
    grants(budget, FEW)
    assert grants(budget, Limit(FEW.bucket, "c2:site")) == 3


def test_a_share_leaves_the_rest_to_others(budget: Budget):
    half = Limit(Bucket("half", "connection", 10, SECOND, share=0.5), "c1")
    assert grants(budget, half) == 5
    sliver = Limit(Bucket("sliver", "connection", 10, SECOND, share=0.01), "c1")
    assert grants(budget, sliver) == 1


def test_many_workers_never_take_more_than_there_is(budget: Budget):
    wide = Limit(Bucket("wide", "connection", 50, timedelta(minutes=1)), "c1")
    with ThreadPoolExecutor(8) as workers:
        waits = list(workers.map(lambda _: budget.take([wide], NOW), range(200)))
    assert waits.count(0.0) == 50


def test_every_key_expires(budget: Budget, broker: redis.Redis):
    budget.take([FEW, MANY, SPACED], NOW)
    budget.observe(FEW, 0, NOW + SECOND)
    budget.block(MANY, NOW + SECOND, NOW)
    keys = broker.keys("*")
    assert len(keys) >= 4
    assert all(key.startswith(b"budget:") and broker.ttl(key) > 0 for key in keys)


def test_waiting_callers_come_back_spread_out(broker: redis.Redis):
    budget = Budget(broker, chance=lambda: 1.0)
    grants(budget, FEW)
    assert budget.take([FEW], NOW) == pytest.approx(0.7 + JITTER_S)


def test_without_the_server_nobody_calls_and_no_password_is_told():
    dead = redis.Redis.from_url("redis://:pass-word@127.0.0.1:1/0", socket_connect_timeout=1)
    with pytest.raises(TransientError, match="can't be reached") as caught:
        Budget(dead).take([FEW], NOW)
    assert caught.value.retry_after_s == 5
    assert "pass-word" not in str(caught.value)
