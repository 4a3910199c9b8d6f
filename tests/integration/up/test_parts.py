"""One part at a time: what it accepts, what it refuses, and how it ends."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
from redis import Redis

from cli.running import parts
from cli.running.part import Part
from config import embedded
from tests.children import TAXPOYNT, child
from tests.faults.proxy import proxy
from tests.integration.up.installation import Installation
from tests.waiting import until


def test_a_setting_that_does_not_exist_is_named(place: Installation) -> None:
    said = place.run("migrate", DATABSE_URL="postgresql://host/x")
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "TAXPOYNT_DATABSE_URL is not a setting of TaxPoynt.",
        "Did you mean TAXPOYNT_DATABASE_URL?",
    ]


def test_migrating_twice_does_no_harm(place: Installation) -> None:
    first, second = (json.loads(place.run("migrate", "--json").stdout) for _ in range(2))
    assert first["to"] == second["from"] == second["to"]


def test_a_database_of_your_own_that_is_behind_is_not_touched(place: Installation) -> None:
    with embedded.servers(place.home) as found:
        said = place.run("sign-in", "--json", DATABASE_URL=_empty(found.database_url))
    assert said.returncode == 1
    assert json.loads(said.stdout)["error"]["next_step"].startswith("Run 'taxpoynt migrate'")


def test_a_queue_that_does_not_exist_is_refused_with_those_that_do(place: Installation) -> None:
    said = place.run("worker", "--queues", "toast.events,toast.event")
    assert said.returncode == 2
    assert "There is no queue 'toast.event'. There are: toast.events, toast.sync" in said.stderr


def test_a_worker_serves_what_it_is_told_and_ends_well(place: Installation, tmp_path: Path) -> None:
    argv = [*TAXPOYNT, "worker", "--queues", "toast.events,toast.sync", "--concurrency", "1"]
    with embedded.servers(place.home) as found:
        env = place.env | {
            "TAXPOYNT_DATABASE_URL": found.database_url,
            "TAXPOYNT_BROKER_URL": found.broker_url,
        }
        with child(argv, log=tmp_path / "log", env=env) as worker:
            until(lambda: worker.says(" ready."), what="a worker")
            worker.signal(signal.SIGTERM)
            until(lambda: not worker.alive, what="its end")
            assert worker.code == 0


def test_a_worker_refuses_a_broker_that_throws_work_away(place: Installation) -> None:
    with embedded.servers(place.home) as found, _evicting(found.broker_url):
        said = place.run("worker", BROKER_URL=found.broker_url)
    assert said.returncode == 1
    assert "maxmemory-policy is allkeys-lru" in said.stderr
    assert "Set maxmemory-policy noeviction" in said.stderr


def test_a_stand_in_alone_says_how_to_connect(place: Installation, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with child([*TAXPOYNT, "sandbox", "toast", "--json"], log=log) as stand_in:
        until(lambda: log.read_text().endswith("\n"), what="its answer")
        assert {"url", "control", "client_id", "client_secret"} <= set(json.loads(log.read_text()))
        stand_in.signal(signal.SIGTERM)
        until(lambda: not stand_in.alive, what="its end")
        assert stand_in.code == 0


def test_a_stand_in_refuses_a_seed_that_is_none(place: Installation, tmp_path: Path) -> None:
    seed = tmp_path / "seed.csv"
    seed.write_text("hello,world\n1,2\n")
    said = place.run("sandbox", "toast", "--seed", str(seed))
    assert said.returncode == 1
    assert "seed.csv is not an order CSV: it has no column 'Order Number'" in said.stderr
    assert "Correct that and start again." in said.stderr


def test_a_stand_in_names_the_rows_of_a_seed_that_it_skips(
    place: Installation, tmp_path: Path
) -> None:
    seed, log = tmp_path / "seed.csv", tmp_path / "log"
    head = "Order Number,Order Date,Item Name,Quantity,Product Price,Total products"
    rows = ["1,03/08/2019 20:25,Naan,2,0.8,1", *(["2,03/08/2019 20:25,Naan,x,0.8,1"] * 7)]
    seed.write_text("\n".join([head, *rows, ""]))
    with child([*TAXPOYNT, "sandbox", "toast", "--seed", str(seed)], log=log) as stand_in:
        until(lambda: stand_in.says("Ctrl-C stops it"), what="its answer")
        told = log.read_text()
    assert "Line 3 skipped: Quantity is not a number: 'x'" in told
    assert "And 2 more" in told


@contextmanager
def _evicting(url: str) -> Iterator[None]:
    with Redis.from_url(url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        try:
            yield
        finally:
            redis.config_set("maxmemory-policy", "noeviction")


def _empty(url: str) -> str:
    """An empty database beside the one at `url`."""
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE empty")
    connection.close()
    return url.rpartition("/")[0] + "/empty"


def test_no_delivery_and_no_invoice_shares_a_worker_with_what_waits_for_a_platform() -> None:
    serving = {part.name: _queues(part) for part in parts.workers()}
    (events,) = (queues for queues in serving.values() if "toast.events" in queues)
    assert {"invoice", "upkeep"} <= events
    assert not any(queue.endswith((".sync", ".bulk")) for queue in events)
    (sync,) = (queues for queues in serving.values() if "toast.sync" in queues)
    assert not any(queue.endswith(".bulk") for queue in sync)


def _queues(part: Part) -> set[str]:
    return set(part.argv[part.argv.index("--queues") + 1].split(","))


def test_beat_waits_for_a_database_that_is_away(place: Installation, tmp_path: Path) -> None:
    with embedded.servers(place.home) as found, proxy(found.database_url) as way:
        assert place.run("migrate").returncode == 0
        way.refuse()
        env = place.env | {
            "TAXPOYNT_DATABASE_URL": way.through(found.database_url),
            "TAXPOYNT_BROKER_URL": found.broker_url,
        }
        with child([*TAXPOYNT, "beat"], log=tmp_path / "beat.log", env=env) as beat:
            until(lambda: beat.says("is waited for"), timeout_s=60, what="beat to wait")
            way.accept()
            with Redis.from_url(found.broker_url) as broker:
                until(lambda: broker.llen("upkeep") > 0, timeout_s=60, what="beat to ring")
            assert beat.alive
