"""Nouns: tables, and the queries on them."""

from models.api_token import ApiToken
from models.base import Base
from models.cash_entry import CashEntry
from models.client_logins import ClientLogins
from models.configured import Configured
from models.connection import Connection
from models.cursor import StreamCursor
from models.customer import Customer
from models.dead_message import DeadMessage
from models.inbox_event import InboxEvent
from models.invoice import Invoice, InvoiceLine, InvoiceSeries, InvoiceTax
from models.job_slot import JobSlot
from models.location import Location
from models.location_day import LocationDay, StaleDay
from models.location_month import LocationMonth
from models.menu import Menu, MenuItem
from models.order import Order
from models.order_part import (
    OrderCharge,
    OrderCheck,
    OrderDiscount,
    OrderLine,
    OrderTax,
    Payment,
    Refund,
)
from models.organization import Organization, SignInLink, User
from models.parked_record import ParkedRecord
from models.person import Person
from models.stock import StockChange, StockLevel
from models.sync_run import Slice, SyncRun

__all__ = [
    "ApiToken",
    "Base",
    "CashEntry",
    "ClientLogins",
    "Configured",
    "Connection",
    "Customer",
    "DeadMessage",
    "InboxEvent",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceTax",
    "JobSlot",
    "Location",
    "LocationDay",
    "LocationMonth",
    "Menu",
    "MenuItem",
    "Order",
    "OrderCharge",
    "OrderCheck",
    "OrderDiscount",
    "OrderLine",
    "OrderTax",
    "Organization",
    "ParkedRecord",
    "Payment",
    "Person",
    "Refund",
    "SignInLink",
    "Slice",
    "StaleDay",
    "StockChange",
    "StockLevel",
    "StreamCursor",
    "SyncRun",
    "User",
]
