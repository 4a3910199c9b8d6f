"""What a listing holds but can't be read is set aside, and what isn't known is kept as it came."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.tasks.asked import ask, connection, control
from tests.scenarios.toast.kitchen import Kitchen


@contextmanager
def _says(kitchen: Kitchen, path: str, old: bytes, new: bytes) -> Iterator[None]:
    """Inside, the platform says something else on a path."""
    inner = kitchen.till.app.wsgi_app

    def other(environ: Any, start: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(path):
            return inner(environ, start)
        told: list[Any] = []
        body = b"".join(inner(environ, lambda *said: told.append(said))).replace(old, new)
        status, headers = told[0][:2]
        sized = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start(status, [*sized, ("Content-Length", str(len(body)))])
        return [body]

    kitchen.till.app.wsgi_app = other  # type: ignore[method-assign]
    try:
        yield
    finally:
        kitchen.till.app.wsgi_app = inner  # type: ignore[method-assign]


def _level(kitchen: Kitchen) -> str:
    query = (
        "SELECT s.status FROM stock_levels s JOIN locations l ON l.id = s.location_id "
        "WHERE l.connection_id = :c"
    )
    [row] = ask(query, c=kitchen.connection_id)
    return str(row.status)


def _parked(kitchen: Kitchen, stream: str) -> int:
    query = "SELECT 1 FROM parked_records WHERE connection_id = :c AND stream = :s"
    return len(ask(query, c=kitchen.connection_id, s=stream))


def test_an_item_that_cannot_be_read_stays_as_it_was(kitchen: Kitchen) -> None:
    [item, *_] = control(kitchen, "menus", method="GET")["items"]
    control(kitchen, "stock", {"item": item, "status": "OUT_OF_STOCK", "webhooks": False})
    kitchen.read("stock")
    with _says(kitchen, "/stock", b'"OUT_OF_STOCK"', b"5"):
        for offset_s in (120, 240):
            control(kitchen, "clock", {"offset_s": offset_s})
            kitchen.read("stock")
            assert (_level(kitchen), _parked(kitchen, "stock")) == ("out of stock", 1)
    # Once it is listed no more it is in stock.
    control(kitchen, "stock", {"item": item, "status": "IN_STOCK", "webhooks": False})
    control(kitchen, "clock", {"offset_s": 360})
    kitchen.read("stock")
    assert _level(kitchen) == "in stock"


def test_an_item_of_an_unknown_state_is_told_as_it_came(kitchen: Kitchen) -> None:
    [item, *_] = control(kitchen, "menus", method="GET")["items"]
    control(kitchen, "stock", {"item": item, "status": "OUT_OF_STOCK", "webhooks": False})
    kitchen.read("stock")
    with _says(kitchen, "/stock", b"OUT_OF_STOCK", b"RESERVED"):
        control(kitchen, "clock", {"offset_s": 120})
        kitchen.read("stock")
    assert (_level(kitchen), _parked(kitchen, "stock")) == ("RESERVED", 0)
    assert _told(kitchen, "stock", "status") == ["RESERVED"]
    for status in ("out of stock", "low", "in stock"):
        assert _told(kitchen, f"stock?status={status}", "status") == []
    assert _told(kitchen, "stock-changes", "status") == ["RESERVED", "out of stock"]


def _told(kitchen: Kitchen, path: str, field: str) -> list[Any]:
    """What the API says of this connection alone."""
    sign = "&" if "?" in path else "?"
    items = kitchen.api(f"{path}{sign}connection={connection(kitchen).name}")["items"]
    return [item[field] for item in items]


def test_an_opening_of_an_unknown_state_is_told_as_it_came(kitchen: Kitchen) -> None:
    with _says(kitchen, "/restaurant-availability", b"ONLINE", b"HALF_OPEN"):
        kitchen.read("availability")
    assert _parked(kitchen, "availability") == 0
    assert _told(kitchen, "locations", "taking_orders") == [None]
    [said] = _told(kitchen, "locations", "taking_orders_reason")
    assert said.startswith("HALF_OPEN: ")
