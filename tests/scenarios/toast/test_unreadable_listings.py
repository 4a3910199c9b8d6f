"""What a listing holds but can't be read is set aside, and is not taken for gone."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.tasks.asked import ask, control
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


def test_an_item_of_an_unknown_state_stays_as_it_was(kitchen: Kitchen) -> None:
    [item, *_] = control(kitchen, "menus", method="GET")["items"]
    control(kitchen, "stock", {"item": item, "status": "OUT_OF_STOCK", "webhooks": False})
    kitchen.read("stock")
    with _says(kitchen, "/stock", b"OUT_OF_STOCK", b"LIMITED"):
        for offset_s in (120, 240):
            control(kitchen, "clock", {"offset_s": offset_s})
            kitchen.read("stock")
            assert (_level(kitchen), _parked(kitchen, "stock")) == ("out of stock", 1)
    # Once it is listed no more it is in stock.
    control(kitchen, "stock", {"item": item, "status": "IN_STOCK", "webhooks": False})
    control(kitchen, "clock", {"offset_s": 360})
    kitchen.read("stock")
    assert _level(kitchen) == "in stock"
