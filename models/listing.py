"""Every list a merchant can ask for: `listing.orders(session, organization_id, ...)`.

Each takes a `Span` (limit and cursor) and answers a `Listed` (rows as mappings, next cursor).
"""

from models.connection_list import connection, connections
from models.event_list import event, events, events_of_record
from models.invoice_list import InvoiceFilter, invoices
from models.order_list import OrderFilter, orders
from models.paging import MOST, USUAL, CursorError, Listed, Span
from models.parked_list import parked_record, parked_records
from models.person_list import PersonFilter, persons
from models.site_list import customers, locations
from models.sync_run_list import sync_runs

__all__ = [
    "MOST",
    "USUAL",
    "CursorError",
    "InvoiceFilter",
    "Listed",
    "OrderFilter",
    "PersonFilter",
    "Span",
    "connection",
    "connections",
    "customers",
    "event",
    "events",
    "events_of_record",
    "invoices",
    "locations",
    "orders",
    "parked_record",
    "parked_records",
    "persons",
    "sync_runs",
]
