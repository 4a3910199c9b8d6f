"""The lists."""

from typing import Any

from sqlalchemy.orm import Session

from dashboard.access import Visitor
from dashboard.api import buyers, schemas
from dashboard.api.door import route
from dashboard.api.queries import (
    ByConnection,
    DeadMessageQuery,
    EventQuery,
    InvoiceQuery,
    OrderQuery,
    Paged,
    PersonQuery,
    SyncRunQuery,
    list_of,
)
from models import dead_message, listing
from models.listing import Listed, Span

Query = dict[str, Any]


@route("/connections", list_of(schemas.ConnectionSchema), query=Paged)
def connections(database: Session, caller: Visitor, query: Query) -> Listed:
    """Connections by name, and how each is doing."""
    return listing.connections(database, caller.organization_id, span=_span(query))


@route("/sync-runs", list_of(schemas.SyncRunSchema), query=SyncRunQuery)
def sync_runs(database: Session, caller: Visitor, query: Query) -> Listed:
    """Pulls, newest first."""
    return listing.sync_runs(
        database,
        caller.organization_id,
        status=query["status"],
        connection=query["connection"],
        span=_span(query),
    )


@route("/events", list_of(schemas.EventSchema), query=EventQuery)
def events(database: Session, caller: Visitor, query: Query) -> Listed:
    """Deliveries, newest first."""
    return listing.events(
        database,
        caller.organization_id,
        state=query["state"],
        connection=query["connection"],
        span=_span(query),
    )


@route("/parked-records", list_of(schemas.ParkedRecordSchema), query=ByConnection)
def parked_records(database: Session, caller: Visitor, query: Query) -> Listed:
    """Records that a pull set aside, newest first."""
    return listing.parked_records(
        database, caller.organization_id, connection=query["connection"], span=_span(query)
    )


@route(
    "/dead-messages",
    list_of(schemas.DeadMessageSchema),
    query=DeadMessageQuery,
    operator=True,
)
def dead_messages(database: Session, caller: Visitor, query: Query) -> Listed:
    """Messages that no worker could work on, newest first; for the operator's tokens alone."""
    return dead_message.dead_messages(database, state=query["state"], span=_span(query))


@route("/orders", list_of(schemas.OrderSchema), query=OrderQuery)
def orders(database: Session, caller: Visitor, query: Query) -> Listed:
    """Orders, those of the newest business date first."""
    wanted = listing.OrderFilter(
        connection=query["connection"],
        location_id=query["location"],
        since=query["since"],
        until=query["until"],
        invoice_state=query["invoice_state"],
        search=query["search"],
    )
    return listing.orders(database, caller.organization_id, wanted, _span(query), query["sort"])


@route("/invoices", list_of(schemas.InvoiceSchema), query=InvoiceQuery)
def invoices(database: Session, caller: Visitor, query: Query) -> Listed:
    """Invoices, the newest first."""
    wanted = listing.InvoiceFilter(
        connection=query["connection"],
        location_id=query["location"],
        since=query["since"],
        until=query["until"],
        status=query["status"],
    )
    return listing.invoices(database, caller.organization_id, wanted, _span(query), query["sort"])


@route("/locations", list_of(schemas.LocationSchema), query=ByConnection)
def locations(database: Session, caller: Visitor, query: Query) -> Listed:
    """Locations by name."""
    return listing.locations(
        database, caller.organization_id, connection=query["connection"], span=_span(query)
    )


@route("/customers", list_of(buyers.CustomerSchema), query=ByConnection)
def customers(database: Session, caller: Visitor, query: Query) -> Listed:
    """Customers, newest first."""
    return listing.customers(
        database, caller.organization_id, connection=query["connection"], span=_span(query)
    )


@route("/persons", list_of(buyers.PersonSchema), query=PersonQuery)
def persons(database: Session, caller: Visitor, query: Query) -> Listed:
    """Guests as persons, newest first; of a search that fits thousands, not all."""
    wanted = listing.PersonFilter(search=query["search"])
    return listing.persons(database, caller.organization_id, wanted, _span(query))


def _span(query: Query) -> Span:
    return Span(query["limit"], query["after"])
