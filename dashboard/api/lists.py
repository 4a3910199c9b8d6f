"""The lists."""

from typing import Any

from sqlalchemy.orm import Session

from dashboard.access import Visitor
from dashboard.api import schemas
from dashboard.api.callers import called
from dashboard.api.door import blueprint
from dashboard.api.queries import (
    ByConnection,
    EventQuery,
    InvoiceQuery,
    OrderQuery,
    Paged,
    SyncRunQuery,
    list_of,
)
from models import listing
from models.listing import Listed, Span

Query = dict[str, Any]


@blueprint.get("/connections")
@called
@blueprint.arguments(Paged, location="query")
@blueprint.response(200, list_of(schemas.ConnectionSchema))
def connections(database: Session, caller: Visitor, query: Query) -> Listed:
    """Connections by name, and how each is doing."""
    return listing.connections(database, caller.organization_id, span=_span(query))


@blueprint.get("/sync-runs")
@called
@blueprint.arguments(SyncRunQuery, location="query")
@blueprint.response(200, list_of(schemas.SyncRunSchema))
def sync_runs(database: Session, caller: Visitor, query: Query) -> Listed:
    """Pulls, newest first."""
    return listing.sync_runs(
        database,
        caller.organization_id,
        status=query["status"],
        connection=query["connection"],
        span=_span(query),
    )


@blueprint.get("/events")
@called
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(200, list_of(schemas.EventSchema))
def events(database: Session, caller: Visitor, query: Query) -> Listed:
    """Deliveries, newest first."""
    return listing.events(
        database,
        caller.organization_id,
        state=query["state"],
        connection=query["connection"],
        span=_span(query),
    )


@blueprint.get("/orders")
@called
@blueprint.arguments(OrderQuery, location="query")
@blueprint.response(200, list_of(schemas.OrderSchema))
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


@blueprint.get("/invoices")
@called
@blueprint.arguments(InvoiceQuery, location="query")
@blueprint.response(200, list_of(schemas.InvoiceSchema))
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


@blueprint.get("/locations")
@called
@blueprint.arguments(ByConnection, location="query")
@blueprint.response(200, list_of(schemas.LocationSchema))
def locations(database: Session, caller: Visitor, query: Query) -> Listed:
    """Locations by name."""
    return listing.locations(
        database, caller.organization_id, connection=query["connection"], span=_span(query)
    )


@blueprint.get("/customers")
@called
@blueprint.arguments(ByConnection, location="query")
@blueprint.response(200, list_of(schemas.CustomerSchema))
def customers(database: Session, caller: Visitor, query: Query) -> Listed:
    """Customers, newest first."""
    return listing.customers(
        database, caller.organization_id, connection=query["connection"], span=_span(query)
    )


def _span(query: Query) -> Span:
    return Span(query["limit"], query["after"])
