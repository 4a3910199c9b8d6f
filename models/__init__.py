"""Nouns: tables, and the queries on them."""

from models.api_token import ApiToken
from models.base import Base
from models.connection import Connection
from models.cursor import StreamCursor
from models.customer import Customer
from models.dead_message import DeadMessage
from models.inbox_event import InboxEvent
from models.invoice import Invoice, InvoiceLine, InvoiceSeries, InvoiceTax
from models.job_slot import JobSlot
from models.location import Location
from models.order import Order
from models.order_part import OrderCharge, OrderDiscount, OrderLine, OrderTax, Payment, Refund
from models.organization import Organization, SignInLink, User
from models.parked_record import ParkedRecord
from models.sync_run import Slice, SyncRun

__all__ = [
    "ApiToken",
    "Base",
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
    "Order",
    "OrderCharge",
    "OrderDiscount",
    "OrderLine",
    "OrderTax",
    "Organization",
    "ParkedRecord",
    "Payment",
    "Refund",
    "SignInLink",
    "Slice",
    "StreamCursor",
    "SyncRun",
    "User",
]
