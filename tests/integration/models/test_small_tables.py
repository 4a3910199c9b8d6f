"""A table that was counted while it was small grows a thousandfold before it is counted again."""

import pytest
from sqlalchemy import text

from models import order_standing
from models.session import unit_of_work
from tasks import invoice
from tests.factories import at, connected, order, store

pytestmark = pytest.mark.usefixtures("database")


def test_keys_are_checked_by_index_in_a_table_of_some_sixty_rows() -> None:
    till = connected()
    store(till, *(order(f"o{number}", at(number)) for number in range(60)))
    with unit_of_work() as session:
        newest = order_standing.newest_order(session, till.id)
        owing = order_standing.due(session, till.id, newest, 100)
    invoice.these(owing)
    with unit_of_work() as session:
        for table in ("orders", "invoices"):
            session.execute(text(f"ANALYZE {table}"))
            # As the server itself asks for each row that points there; it keeps the plan.
            asked = f"EXPLAIN SELECT 1 FROM ONLY {table} x WHERE id = 7 FOR KEY SHARE OF x"
            plan = "\n".join(session.scalars(text(asked)))
            assert "Index Scan" in plan, plan
