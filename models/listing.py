"""Every list a merchant can ask for: `listing.orders(session, organization_id, ...)`.

Each takes a `Span` (limit and cursor) and answers a `Listed` (rows as mappings, next cursor).
"""

from models.cash_list import cash
from models.configured_list import configured
from models.connection_list import connection, connections
from models.day_list import DayFilter, days
from models.event_list import event, events, events_of_record
from models.invoice_list import InvoiceFilter, invoices
from models.menu_list import menu, menu_items
from models.order_list import OrderFilter, orders
from models.paging import MOST, USUAL, CursorError, Listed, Span
from models.parked_list import parked_record, parked_records
from models.person_list import PersonFilter, persons
from models.places import PlaceFilter
from models.site_list import customers, location, locations
from models.stock_list import stock, stock_changes
from models.sync_run_list import sync_runs

__all__ = [
    "MOST",
    "USUAL",
    "CursorError",
    "DayFilter",
    "InvoiceFilter",
    "Listed",
    "OrderFilter",
    "PersonFilter",
    "PlaceFilter",
    "Span",
    "cash",
    "configured",
    "connection",
    "connections",
    "customers",
    "days",
    "event",
    "events",
    "events_of_record",
    "invoices",
    "location",
    "locations",
    "menu",
    "menu_items",
    "orders",
    "parked_record",
    "parked_records",
    "persons",
    "stock",
    "stock_changes",
    "sync_runs",
]
