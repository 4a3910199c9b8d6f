"""A takeaway's real orders, imported while everything that can be killed is killed.

Four months of them; all four years with WHOLE_HISTORY=1 in the environment.
"""

import json
import os
import random
from decimal import Decimal
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from tests.children import Child, free_port
from tests.conftest import SHARED_DATA
from tests.installation import Installation
from tests.waiting import until

SEED = SHARED_DATA / "takeaway-orders" / "restaurant-1-orders.csv"
# As counted in the file by other means.
if os.environ.get("WHOLE_HISTORY"):
    SINCE, KILLS = "2015-09-01", 5
    ORDERS, LINES, SOLD = 13_397, 74_818, Decimal("446517.45")
else:
    SINCE, KILLS = "2019-04-01", 3
    ORDERS, LINES, SOLD = 1_927, 10_550, Decimal("62610.60")
UNTIL = "2019-08-03"
# At this row there is enough left to read and to invoice that each kill hits a running import.
LAST_KILL = ORDERS // 2

# What must be the same after a second import, row for row.
BOOKS = """
SELECT (SELECT md5(string_agg(concat_ws('|', external_id, version, fingerprint, total, applied_at,
                                        invoice_state), ';' ORDER BY id)) FROM orders),
       (SELECT md5(string_agg(concat_ws('|', order_id, name, quantity, unit_price, amount, tax),
                              ';' ORDER BY id)) FROM order_lines),
       (SELECT md5(string_agg(concat_ws('|', number, order_id, total, issued_at),
                              ';' ORDER BY id)) FROM invoices)
"""


# One run, killed and resumed, and not a second one beside it.
UNFINISHED = """
SELECT count(*) FROM sync_runs
WHERE kind = 'history' AND stream = 'orders' AND finished_at IS NULL
"""


@pytest.mark.skipif(not SEED.exists(), reason="the takeaway's orders are not beside the project")
def test_an_import_survives_kills_and_a_second_one_changes_nothing(
    installation: Installation,
) -> None:
    seed = random.randrange(2**32)
    installation.note(f"seed {seed}")
    chance = random.Random(seed)
    _connect(installation, _stand_in(installation))
    installation.part("beat", name="beat")
    worker = installation.worker("w1")
    command = _import(installation, 0)

    for number, rows in enumerate(sorted(chance.sample(range(200, LAST_KILL), KILLS)), start=1):
        _reach(installation, command, rows)
        victims = chance.choice([[worker], [command], [worker, command]])
        for victim in victims:
            victim.kill()
            # It ended of this and of nothing else: until then it ran.
            assert victim.code == -SIGKILL, victim.log.read_text()[-3000:]
        assert installation.one(UNFINISHED) == 1, f"kill {number} came too late"
        if worker in victims:
            worker.start()
        if command in victims:
            command = _import(installation, number)
    _finish(command)

    _check_books(installation)
    before = installation.rows(BOOKS)
    again = _finish(_import(installation, KILLS + 1))
    assert (again["rows_read"], again["rows_written"]) == (ORDERS, 0)
    assert installation.rows(BOOKS) == before


def _stand_in(installation: Installation) -> dict[str, Any]:
    """The platform, holding the real orders; it outlives every kill."""
    served = installation.part(
        *("sandbox", "toast", "--port", str(free_port()), "--seed", str(SEED), "--json"),
        name="stand-in",
    )
    until(lambda: served.says('"client_id"'), what="the stand-in", timeout_s=60)
    lines = served.log.read_text().splitlines()
    facts: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
    return facts


def _connect(installation: Installation, facts: dict[str, Any]) -> None:
    config = {key: facts[key] for key in ("client_id", "client_secret", "webhook_secret")}
    path = installation.home / "connect.json"
    path.write_text(json.dumps({**config, "api_url": facts["url"]}))
    path.chmod(0o600)
    connect = installation.taxpoynt("connect", "toast", "till", "--config", str(path))
    until(lambda: not connect.alive, what="the connection", timeout_s=60)
    assert connect.code == 0, connect.log.read_text()


def _import(installation: Installation, number: int) -> Child:
    span = ("--since", SINCE, "--until", UNTIL)
    return installation.taxpoynt("import", "till", *span, "--json", name=f"import-{number}")


def _reach(installation: Installation, command: Child, rows: int) -> None:
    """Wait until so many rows are in. Raises: AssertionError when the import fails before."""
    read = "SELECT coalesce(sum(rows_read), 0) FROM sync_runs WHERE kind = 'history'"

    def there() -> bool:
        assert command.alive, f"ended before {rows} rows:\n{command.log.read_text()[-3000:]}"
        return bool(installation.one(read) >= rows)

    until(there, what=f"{rows} rows", timeout_s=180)


def _finish(command: Child) -> dict[str, Any]:
    until(lambda: not command.alive, what="the import", timeout_s=240)
    said = Path(command.log).read_text()
    assert command.code == 0, said
    answer: dict[str, Any] = json.loads(
        next(line for line in reversed(said.splitlines()) if line.startswith("{"))
    )
    return answer


def _check_books(installation: Installation) -> None:
    one = installation.one
    assert one("SELECT count(*) FROM orders") == ORDERS
    assert one("SELECT count(*) FROM order_lines") == LINES
    assert one("SELECT sum(quantity * unit_price) FROM order_lines") == SOLD
    assert one("SELECT sum(quantity * unit_price) FROM invoice_lines WHERE kind = 'item'") == SOLD
    assert one("SELECT count(DISTINCT currency) FROM invoices") == 1
    assert one("SELECT count(DISTINCT order_id) FROM invoices") == ORDERS
    assert one("SELECT array_agg(sequence ORDER BY sequence) FROM invoices") == list(
        range(1, ORDERS + 1)
    )
    assert one("SELECT count(*) FROM parked_records") == 0
