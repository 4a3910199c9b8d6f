"""Questions to the database and to the stand-in that tests share."""

from typing import Any

import requests
from sqlalchemy import select, text

from models import StreamCursor
from models.session import unit_of_work
from tests.shop import Shop


def ask(query: str, **values: Any) -> list[Any]:
    """Rows of a query."""
    with unit_of_work() as session:
        found = session.execute(text(query), values)
        return list(found.all()) if found.returns_rows else []


def one(query: str, **values: Any) -> Any:
    """The only row of a query."""
    (found,) = ask(query, **values)
    return found


def cursors(shop: Shop) -> list[int]:
    """The cursors of a shop's orders."""
    return cursors_of(shop, "orders")


def cursors_of(shop: Shop, stream: str) -> list[int]:
    """The cursors of a stream of a shop."""
    with unit_of_work() as session:
        query = select(StreamCursor.id).where(
            StreamCursor.connection_id == shop.connection_id, StreamCursor.stream == stream
        )
        return list(session.scalars(query.order_by(StreamCursor.id)))


def orders(shop: Shop) -> dict[str, Any]:
    """A shop's stored orders by their guid."""
    rows = ask("SELECT * FROM orders WHERE connection_id = :c", c=shop.connection_id)
    return {row.external_id: row for row in rows}


def connection(shop: Shop) -> Any:
    """A shop's connection as it stands."""
    return one("SELECT * FROM connections WHERE id = :c", c=shop.connection_id)


def deliveries(shop: Shop) -> list[Any]:
    """A shop's deliveries, oldest first."""
    query = "SELECT * FROM inbox_events WHERE connection_id = :c ORDER BY id"
    return ask(query, c=shop.connection_id)


def control(shop: Shop, path: str, document: Any = None, method: str = "POST") -> Any:
    """Bend the stand-in."""
    answer = requests.request(method, f"{shop.till.url}/control/{path}", json=document, timeout=10)
    answer.raise_for_status()
    return answer.json()


def state(shop: Shop) -> Any:
    """What the stand-in holds and was asked."""
    return control(shop, "state", method="GET")
