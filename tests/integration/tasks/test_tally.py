"""Days are tallied when the timetable rings: bounded turns, the newest first, none forgotten."""

from datetime import date, timedelta

import pytest

from models import Connection
from tasks import tally
from tests.factories import connected, order, store
from tests.integration.tasks.asked import ask
from tests.integration.tasks.conftest import Signals

pytestmark = pytest.mark.usefixtures("database")

_FIRST = date(2026, 1, 1)


@pytest.fixture
def till(database: str) -> Connection:
    ask("DELETE FROM stale_days")
    return connected()


def sell(till: Connection, days: int) -> list[date]:
    dates = [_FIRST + timedelta(days=n) for n in range(days)]
    store(till, *(order(f"o{on}", business_date=on) for on in dates))
    return dates


def counted(till: Connection) -> list[date]:
    query = "SELECT business_date AS on FROM location_days WHERE organization_id = :o ORDER BY 1"
    return [row.on for row in ask(query.replace("AS on", 'AS "on"'), o=till.organization_id)]


def test_a_connection_whose_days_changed_is_signalled_until_they_are_counted(
    till: Connection, signals: Signals
) -> None:
    connected()
    sell(till, 2)
    ours = {"connection_id": till.id}
    assert tally.due() == 1
    assert signals.take("tally.days") == [ours]
    assert tally.days(**ours) == {"counted": 2}
    assert tally.due() == 0
    assert signals.take("tally.days") == []
    assert counted(till) == [_FIRST, _FIRST + timedelta(days=1)]


def test_a_turn_ends_with_a_batch_and_the_next_one_goes_on(
    till: Connection, signals: Signals
) -> None:
    dates = sell(till, tally.BATCH + 5)
    assert tally.take_turn(till.id, 0) == (tally.BATCH, False)
    assert counted(till) == dates[5:]
    assert tally.take_turn(till.id, 0) == (5, True)
    assert counted(till) == dates


def test_days_beyond_a_batch_are_counted_in_one_turn_each_once(
    till: Connection, signals: Signals
) -> None:
    dates = sell(till, 2 * tally.BATCH + 1)
    assert tally.take_turn(till.id, 60) == (len(dates), True)
    assert counted(till) == dates


def test_notes_of_many_orders_are_one_count(till: Connection, signals: Signals) -> None:
    for number in range(5):
        store(till, order(f"o{number}", business_date=_FIRST))
    assert len(ask("SELECT 1 FROM stale_days")) == 5
    assert tally.take_turn(till.id, 60) == (1, True)
    assert ask("SELECT 1 FROM stale_days") == []


def test_notes_of_a_place_that_is_gone_go_too(till: Connection, signals: Signals) -> None:
    gone, others = connected(), connected()
    for each in (till, gone, others):
        sell(each, 3)
    ask("DELETE FROM orders WHERE connection_id = :c", c=gone.id)
    ask("DELETE FROM connections WHERE id = :c", c=gone.id)
    assert tally.due() == 2
    left = ask("SELECT DISTINCT organization_id FROM stale_days ORDER BY 1")
    assert [row.organization_id for row in left] == [till.organization_id, others.organization_id]


def test_a_place_that_is_gone_holds_up_no_other(till: Connection, signals: Signals) -> None:
    sell(till, 1)
    ask(
        "INSERT INTO stale_days (organization_id, location_id, business_date)"
        " SELECT organization_id, 999999999, business_date FROM stale_days"
    )
    assert tally.due() == 1
    assert tally.take_turn(till.id, 60) == (1, True)
