"""What is told of locations as CSV, filtered as the lists are."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.pages import asked, blueprint, exports, locations, stock
from models import listing

_STOCK = (
    *("status", "item", "quantity", "changed_at", "location", "connection", "item_external_id"),
    *("shared_external_id", "version"),
)
_CHANGES = (
    *("at", "item", "status_before", "quantity_before", "status", "quantity", "location"),
    *("connection", "item_external_id", "source"),
)
_LOCATIONS = (
    *("name", "connection", "brand", "group_external_id", "country", "time_zone", "closeout_hour"),
    *("currency", "taking_orders", "taking_orders_reason", "archived", "removed_at", "read_until"),
    "external_id",
)


@blueprint.get("/stock.csv")
@signed_in
def stock_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Stock."""
    ours, (where, status) = visitor.organization_id, stock.wanted(request.args)
    return exports.file(
        "stock.csv", _STOCK, lambda db, span: listing.stock(db, ours, where, span, status=status)
    )


@blueprint.get("/stock/changes.csv")
@signed_in
def stock_changes_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """How stock changed."""
    ours, where = visitor.organization_id, stock.where(request.args)
    item = asked.text(request.args, "item")
    return exports.file(
        "stock-changes.csv",
        _CHANGES,
        lambda db, span: listing.stock_changes(db, ours, where, span, item=item),
    )


@blueprint.get("/locations.csv")
@signed_in
def locations_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Locations."""
    ours, connection = visitor.organization_id, locations.wanted(request.args)
    return exports.file(
        "locations.csv",
        _LOCATIONS,
        lambda db, span: listing.locations(db, ours, connection=connection, span=span),
    )
