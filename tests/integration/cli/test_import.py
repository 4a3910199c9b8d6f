"""Importing history: complete, resumable, and honest about what holds it up."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from config import clock
from models import Connection
from models.session import unit_of_work
from tests.faults import cutting
from tests.forked import Forked
from tests.integration.cli.takeaway import PRICE, Takeaway, takeaway
from tests.integration.cli.typed import run, says, started, typed
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

# Two at PRICE, and 20 % on top.
TOTAL = PRICE * 2 * Decimal("1.2")
_CALLS_OF_A_SLICE = 2
# Less than the client waits for an answer.
_HANGS_S = 8.0


@pytest.fixture
def shop(tmp_path: Path, name: str) -> Iterator[Takeaway]:
    with takeaway(tmp_path, name) as opened:
        yield opened


@contextmanager
def cut_off(shop: Takeaway) -> Iterator[Forked]:
    """An import in a process of its own, somewhere in its middle: it waits for an answer there."""
    hanging = shop.failing(kind="slow", well=_CALLS_OF_A_SLICE, delay_s=_HANGS_S)
    with hanging, started(*shop.span, "--json") as process:
        until(shop.halfway, what="some slices to be read")
        yield process


def test_history_ends_with_every_order_invoiced(shop: Takeaway) -> None:
    said = typed(*shop.span, "--json")
    assert said.code == 0, said.err
    answer = said.document
    assert answer["status"] == "done"
    assert (answer["rows_written"], answer["rows_parked"]) == (shop.days, 0)
    assert answer["orders"] == {"issued": shop.days}
    assert answer["runs"][0]["finished_at"]
    books = shop.books()
    assert [number for number, *_ in books] == [str(1000 + day) for day in range(shop.days)]
    assert {(total, state) for _, total, state in books} == {(TOTAL, "issued")}
    numbers = shop.invoiced()
    assert numbers == list(range(numbers[0], numbers[0] + shop.days))


def test_importing_twice_writes_nothing_new(shop: Takeaway) -> None:
    first = typed(*shop.span, "--json")
    books, numbers = shop.books(), shop.invoiced()
    second = typed(*shop.span, "--json").document
    assert second["rows_written"] == 0
    assert second["rows_skipped"] == second["rows_read"] == first.document["rows_read"]
    assert (shop.books(), shop.invoiced()) == (books, numbers)


def test_both_dates_are_included(shop: Takeaway) -> None:
    said = typed("import", shop.name, "--since", "2018-02-03", "--until", "2018-02-05", "--json")
    numbers = {number for number, *_ in shop.books()}
    assert {"1033", "1034", "1035"} <= numbers
    assert "1032" not in numbers
    assert "1040" not in numbers
    assert said.document["orders"] == {"issued": 3}


def test_until_is_today_when_left_out(shop: Takeaway) -> None:
    today = clock.now().date()
    since = today - timedelta(days=40)
    said = typed("import", shop.name, "--since", since.isoformat(), "--json")
    assert said.code == 0, said.err
    assert abs((date.fromisoformat(said.document["until"]) - today).days) <= 1


def test_killed_in_the_middle_it_goes_on_to_the_same_result(shop: Takeaway, tmp_path: Path) -> None:
    with cut_off(shop) as process:
        process.kill()
    done = shop.slices_done()
    assert len(shop.books()) < shop.days
    # Another reader may still be alive, for all this one knows: it waits, and says for what.
    shop.hold_one()
    with started(*shop.span, "--json") as second:
        assert says(second, "Another reader holds")
        shop.end_leases()
        out, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    answer = json.loads(out)
    assert answer["orders"] == {"issued": shop.days}
    assert [run["stream"] for run in answer["runs"]] == ["orders", "cash"]
    assert shop.slices_done() > done
    with takeaway(tmp_path, "unharmed") as other:
        assert typed(*other.span).code == 0
        assert shop.books() == other.books()
        runs = shop.invoiced()
        assert runs == list(range(runs[0], runs[0] + shop.days))


def test_a_database_that_is_away_for_a_moment_is_outlasted(shop: Takeaway, database: str) -> None:
    hanging = shop.failing(kind="slow", well=_CALLS_OF_A_SLICE, delay_s=_HANGS_S)
    with started(*shop.span, "--json") as process:
        with hanging:
            until(shop.halfway, what="some slices to be read")
            with cutting.away():
                assert says(process, "Trying again")
        # The page that it couldn't store is still its own.
        shop.end_leases()
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["orders"] == {"issued": shop.days}


def test_ctrl_c_ends_it_while_the_database_is_away(shop: Takeaway, database: str) -> None:
    with cut_off(shop) as process, cutting.away():
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, ""), err


def test_stopped_by_ctrl_c_it_says_so_and_goes_on_at_once(shop: Takeaway) -> None:
    with cut_off(shop) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert json.loads(out)["status"] == "interrupted"
    assert "goes on from here" in err
    said = typed(*shop.span, "--json")
    assert said.code == 0, said.err
    assert said.document["orders"] == {"issued": shop.days}
    # The lease of the reader that was stopped is not waited for.
    assert "Another reader holds" not in said.err


def test_a_refusal_ends_it_with_the_reason_and_mending_it_with_success(shop: Takeaway) -> None:
    with shop.failing(status=403):
        said = typed(*shop.span, "--stream", "orders", "--json")
    assert said.code == 1
    assert said.document["status"] == "failed"
    assert said.document["error"]["code"] == "toast.not_granted"
    assert said.document["error"]["next_step"]
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        assert row.status == "needs attention"
    again = typed(*shop.span, "--json")
    assert again.code == 0, again.err
    assert again.document["orders"] == {"issued": shop.days}


def test_what_has_no_history_is_not_imported(shop: Takeaway) -> None:
    said = typed("import", shop.name, "--since", "2018-02-03", "--until", "2018-02-05", "--json")
    assert {run["stream"] for run in said.document["runs"]} == {"orders", "cash"}
    assert all(run["finished_at"] for run in said.document["runs"])
    for stream in ("menus", "stock", "configuration", "availability"):
        refused = typed("import", shop.name, "--since", "2018-02-03", "--stream", stream)
        assert refused.code == 2
        assert "no history to import" in refused.err


def test_what_is_not_granted_and_no_sale_is_left_out_and_said(shop: Takeaway) -> None:
    with shop.failing(route="/cashmgmt", status=403):
        said = typed(*shop.span, "--json")
        alone = typed(*shop.span, "--stream", "cash", "--json")
        asked = requests.get(f"{shop.served.url}/control/state", timeout=5).json()["faults"]
    assert said.code == 0, said.err
    assert (said.document["status"], said.document["error"]) == ("done", None)
    assert said.document["orders"] == {"issued": shop.days}
    assert [run["status"] for run in said.document["runs"]] == ["done", "left out"]
    assert "cash left out: Toast doesn't let these credentials read" in said.err
    assert "the scope cashmgmt:read" in said.err
    with unit_of_work() as session:
        assert session.get_one(Connection, shop.connection_id).status == "connected"
    # One call was enough to know; nobody asks for each day.
    assert sum(each["hits"] for each in asked) == 2
    assert alone.code == 1
    granted = typed(*shop.span, "--json")
    assert granted.code == 0, granted.err
    assert [run["status"] for run in granted.document["runs"]] == ["done", "done"]
    assert granted.document["runs"][1]["error"] is None


def test_a_long_pause_parks_it(shop: Takeaway) -> None:
    later = {"Retry-After": str(int(time.time()) + 3000)}
    with shop.failing(status=429, headers=later, times=1):
        said = typed(*shop.span, "--json")
    assert said.code == 3, said.err
    assert said.document["status"] == "waiting"
    assert "It goes on at" in said.document["error"]["sentence"]


def test_a_short_pause_is_waited_for(shop: Takeaway) -> None:
    with shop.failing(status=503, times=1):
        said = typed(*shop.span, "--json")
    assert said.code == 0, said.err
    assert "Toast is not available (status 503)." in said.err
    assert "Reading goes on at" in said.err
    assert said.document["orders"] == {"issued": shop.days}


def test_it_parks_when_nothing_moves_for_long(
    shop: Takeaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.pulling.history._WORTH_WAITING", timedelta(seconds=6))
    with shop.failing(status=503):
        said = typed(*shop.span, "--json")
    assert said.code == 3, said.err
    assert said.document["error"]["code"] == "toast.unavailable"


def test_without_workers_not_waiting_parks_it(shop: Takeaway) -> None:
    said = typed(*shop.span, "--no-wait", "--json")
    assert said.code == 3
    assert said.document["status"] == "waiting"
    assert typed(*shop.span, "--json").document["orders"] == {"issued": shop.days}


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("--since", "2018-02-30"), "no date"),
        (("--since", "2018-02-03", "--until", "2018-02-02"), "lies after"),
        (("--since", "2999-01-01"), "lies after"),
        (("--since", "2018-02-03", "--stream", "deals"), "It has: orders"),
        ((), "--since"),
    ],
)
def test_wrong_dates_and_streams_are_wrong_use(
    shop: Takeaway, dates: tuple[str, ...], said: str
) -> None:
    answered = typed("import", shop.name, *dates)
    assert answered.code == 2
    assert said in answered.err


def test_a_process_answers_one_document_and_its_progress_beside(shop: Takeaway) -> None:
    said = run(*shop.span, "--json")
    assert said.code == 0, said.err
    assert said.document["rows_written"] == shop.days
