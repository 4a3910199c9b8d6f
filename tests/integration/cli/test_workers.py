"""Commands while workers are up: those do the work, and a command sees it through."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.children import Child
from tests.integration.cli.helping import helping
from tests.integration.cli.takeaway import Takeaway, takeaway
from tests.integration.cli.typed import started, typed
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

_QUEUES = "toast.sync,toast.bulk,invoice"
_DAYS = 20


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Child]:
    with helping(tmp_path / "worker.log", _QUEUES, "sync.stream") as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, name: str) -> Iterator[Takeaway]:
    with takeaway(tmp_path, name, _DAYS) as opened:
        yield opened


def test_workers_import_and_invoice(worker: Child, shop: Takeaway) -> None:
    said = typed(*shop.span, "--json")
    assert said.code == 0, said.err
    assert said.document["rows_written"] == shop.days
    assert said.document["orders"] == {"issued": shop.days}
    assert worker.says("slice read")
    assert worker.says("invoices issued")


def test_slices_go_on_without_beat_once_their_turn_to_call_has_come(
    worker: Child, shop: Takeaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody is taken for stuck here, and nothing is waited for that comes after.
    monkeypatch.setattr("cli.pulling.patience._FIRST_S", 600.0)
    monkeypatch.setattr("cli.pulling.history._WORTH_WAITING", timedelta(seconds=15))
    with shop.failing(status=429, headers={"Retry-After": "2"}, times=1):
        said = typed(*shop.span, "--json")
    assert said.code == 0, said.err
    assert said.document["orders"] == {"issued": shop.days}
    assert worker.says("slice read")


def test_workers_read_what_changed(worker: Child, shop: Takeaway) -> None:
    said = typed("sync", shop.name, "--json")
    assert said.code == 0, said.err
    assert {each["status"] for each in said.document["streams"]} == {"done"}
    assert worker.says("stream read")


def test_what_is_not_waited_for_happens_all_the_same(worker: Child, shop: Takeaway) -> None:
    said = typed(*shop.span, "--no-wait", "--json")
    assert (said.code, said.document["status"]) == (0, "queued")
    until(lambda: len(shop.invoiced()) == shop.days, what="every order to be invoiced")


def test_invoices_that_no_worker_issues_are_issued_all_the_same(
    tmp_path: Path, shop: Takeaway
) -> None:
    with helping(tmp_path / "worker.log", "toast.bulk", "backfill.slice") as running:
        said = typed(*shop.span, "--json")
        assert running.says("slice read")
    assert said.code == 0, said.err
    assert said.document["orders"] == {"issued": shop.days}


def test_an_import_outlives_its_workers(worker: Child, shop: Takeaway) -> None:
    with shop.failing(kind="slow", delay_s=0.4), started(*shop.span, "--json") as process:
        until(shop.halfway, what="some slices to be read")
        worker.kill()
        shop.end_leases()
        out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert json.loads(out)["orders"] == {"issued": shop.days}
    numbers = shop.invoiced()
    assert numbers == list(range(numbers[0], numbers[0] + shop.days))
