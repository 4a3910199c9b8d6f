"""Every list a merchant can ask for: `listing.orders(session, organization_id, ...)`.

Each takes a `Span` (limit and cursor) and answers a `Listed` (rows as mappings, next cursor).
"""

from models.connection_list import connection, connections
from models.day_list import DayFilter, days
from models.event_list import event, events, events_of_record
from models.invoice_list import InvoiceFilter, invoices
from models.order_list import OrderFilter, orders
from models.paging import MOST, USUAL, CursorError, Listed, Span
from models.parked_list import parked_record, parked_records
from models.site_list import customers, locations
from models.sync_run_list import sync_runs

__all__ = [
    "MOST",
    "USUAL",
    "CursorError",
    "DayFilter",
    "InvoiceFilter",
    "Listed",
    "OrderFilter",
    "Span",
    "connection",
    "connections",
    "customers",
    "days",
    "event",
    "events",
    "events_of_record",
    "invoices",
    "locations",
    "orders",
    "parked_record",
    "parked_records",
    "sync_runs",
]
