"""Orders of a test and what the books say of them."""

from itertools import count
from typing import Any

from sqlalchemy import text

from models import Connection
from models.session import unit_of_work
from rules.records import OrderRecord
from tests.factories import (
    at,
    charge,
    discount,
    line,
    order,
    payment,
    tax,
)

PARTS = ("order_lines", "order_discounts", "order_charges", "order_taxes", "payments", "refunds")


_numbers = count(1)


def row_of(connection: Connection, external_id: str) -> dict[str, Any]:
    with unit_of_work() as session:
        return dict(
            session.execute(
                text(
                    "SELECT o.*, c.external_id AS guest, c.email FROM orders o "
                    "LEFT JOIN customers c ON c.id = o.customer_id "
                    "WHERE o.connection_id = :c AND o.external_id = :e"
                ),
                {"c": connection.id, "e": external_id},
            )
            .mappings()
            .one()
        )


def parts_of(connection: Connection, external_id: str) -> dict[str, int]:
    order_id = row_of(connection, external_id)["id"]
    with unit_of_work() as session:
        return {
            table: session.scalar(
                text(f"SELECT count(*) FROM {table} WHERE order_id = :id"), {"id": order_id}
            )
            for table in PARTS
        }


def fresh() -> str:
    return f"order-{next(_numbers)}"


def full_order(external_id: str, version: float, name: str = "Soup", **facts: Any) -> OrderRecord:
    return order(
        external_id,
        at(version),
        lines=(line("l1", "10.00", "1.00", name=name), line("l2", "5.00")),
        discounts=(discount(),),
        charges=(charge(),),
        taxes=(tax("1.00", line_id="l1"),),
        payments=(payment(),),
        **facts,
    )
