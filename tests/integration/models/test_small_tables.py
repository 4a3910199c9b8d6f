"""A table that was counted while it was small grows a thousandfold before it is counted again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Base, order_standing
from models.session import unit_of_work
from tasks import invoice
from tests.factories import at, connected, guest, order, store

pytestmark = pytest.mark.usefixtures("database")

# As the server itself asks for each row that points there; it keeps the plan.
_CHECKED = "EXPLAIN SELECT 1 FROM ONLY {table} x WHERE {key} = 7 FOR KEY SHARE OF x"


@pytest.mark.parametrize("orders", [1, 60])
def test_keys_are_checked_by_index_in_a_table_of_few_rows(orders: int) -> None:
    till = connected()
    guests = {number: guest(f"g{number}") for number in range(orders)}
    store(till, *(order(f"o{one}", at(one), customer=guests[one]) for one in guests))
    with unit_of_work() as session:
        newest = order_standing.newest_order(session, till.id)
        owing = order_standing.due(session, till.id, newest, 100)
    invoice.these(owing)
    with unit_of_work() as session:
        plans = {column: _checked(session, *column.split(".")) for column in _pointed_at(session)}
    assert {"orders.id", "customers.id", "locations.id"} <= set(plans)
    assert not {column: plan for column, plan in plans.items() if "Index" not in plan}


def _pointed_at(session: Session) -> Iterator[str]:
    """Every column that another one refers to, of tables that have rows: none points at others."""
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if session.execute(select(key.column).limit(1)).first():
                yield key.target_fullname


def _checked(session: Session, table: str, key: str) -> str:
    session.execute(text(f"ANALYZE {table}"))
    return "\n".join(session.scalars(text(_CHECKED.format(table=table, key=key))))
