"""What the tables say of one merchant, in one question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from models import Connection
from models.session import unit_of_work

_Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Ledger:
    """Orders, deliveries, invoices, cursors, pulls and parked records, as maps."""

    orders: _Rows
    events: _Rows
    invoices: _Rows
    cursors: _Rows
    runs: _Rows
    parked: _Rows
    next_number: int


_MS = "(extract(epoch FROM {}) * 1000)::bigint"
_PARTS = {
    "orders": f"""SELECT o.id, o.external_id, {_MS.format("o.version")} AS ms, o.state,
        (o.total * 100)::bigint AS pence, o.voided, o.deleted, o.invoice_state, o.partial,
        (SELECT count(*) FROM order_lines l WHERE l.order_id = o.id) AS lines,
        (SELECT (sum(l.amount) * 100)::bigint FROM order_lines l WHERE l.order_id = o.id) AS sold
        FROM orders o WHERE o.connection_id = :c""",
    "events": """SELECT delivery_id, state, attempts, error, record_external_id AS record
        FROM inbox_events WHERE connection_id = :c""",
    "invoices": """SELECT i.order_id, i.sequence, i.number, (i.total * 100)::bigint AS pence,
        (SELECT (sum(l.net + l.tax) * 100)::bigint FROM invoice_lines l
            WHERE l.invoice_id = i.id) AS sold,
        md5(i::text || (SELECT string_agg(l::text, ',' ORDER BY l.position)
            FROM invoice_lines l WHERE l.invoice_id = i.id)) AS text
        FROM invoices i WHERE i.connection_id = :c ORDER BY i.sequence""",
    "cursors": f"""SELECT location_external_id AS place, {_MS.format("watermark")} AS ms
        FROM cursors WHERE connection_id = :c AND stream = 'orders'""",
    "runs": """SELECT kind, rows_read, rows_written + rows_skipped + rows_parked AS told
        FROM sync_runs WHERE connection_id = :c""",
    "parked": "SELECT external_id, error FROM parked_records WHERE connection_id = :c",
}
_ALL = ", ".join(
    f"(SELECT coalesce(json_agg(t), '[]') FROM ({part}) AS t) AS {name}"
    for name, part in _PARTS.items()
)
_NEXT = (
    "(SELECT coalesce(max(next_number), 1) FROM invoice_series WHERE organization_id = :o)"
    " AS next_number"
)
_QUESTION = text(f"SELECT {_ALL}, {_NEXT}")


def read(connection: Connection) -> Ledger:
    """The ledger as committed now."""
    asked = {"c": connection.id, "o": connection.organization_id}
    with unit_of_work() as session:
        return Ledger(**session.execute(_QUESTION, asked).mappings().one())
