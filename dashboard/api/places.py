"""What is told of locations besides sales: stock, menus, configuration, cash."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask import abort
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from dashboard.access import Visitor
from dashboard.api import place_schemas as schemas
from dashboard.api.door import route
from dashboard.api.queries import (
    CashDayQuery,
    CashQuery,
    ConfiguredQuery,
    MenuItemQuery,
    StockChangeQuery,
    StockQuery,
    list_of,
)
from dashboard.api.schemas import LocationSchema
from documents import figures
from models import listing
from models.cash_day import cash_of_day
from models.listing import Listed, PlaceFilter, Span

Query = dict[str, Any]


@route("/stock", list_of(schemas.StockSchema), query=StockQuery)
def stock(database: Session, caller: Visitor, query: Query) -> Listed:
    """Items that platforms told of, by location: what is out first, then what is low."""
    ours = caller.organization_id
    return listing.stock(database, ours, _where(query), _span(query), status=query["status"])


@route("/stock-changes", list_of(schemas.StockChangeSchema), query=StockChangeQuery)
def stock_changes(database: Session, caller: Visitor, query: Query) -> Listed:
    """How stock changed, the newest first."""
    ours = caller.organization_id
    return listing.stock_changes(database, ours, _where(query), _span(query), item=query["item"])


@route("/menus/<ident:location_id>", schemas.MenuSchema)
def menu(database: Session, caller: Visitor, location_id: int) -> dict[str, Any]:
    """A location's menu as a tree."""
    found = listing.menu(database, caller.organization_id, location_id)
    if found is None:
        abort(404)
    tree, currency = found["tree"], found["currency"]
    priced = {name: [_priced(each, currency) for each in tree[name]] for name in _PRICED}
    return {**found, **tree, **priced}


@route("/menu-items", list_of(schemas.MenuItemSchema), query=MenuItemQuery)
def menu_items(database: Session, caller: Visitor, query: Query) -> Listed:
    """What is or was offered, by location."""
    ours = caller.organization_id
    return listing.menu_items(database, ours, _where(query), _span(query), removed=query["removed"])


@route("/configured", list_of(schemas.ConfiguredSchema), query=ConfiguredQuery)
def configured(database: Session, caller: Visitor, query: Query) -> Listed:
    """What is set up, by location and kind: dining options, tax rates, reasons."""
    ours = caller.organization_id
    return listing.configured(database, ours, _where(query), _span(query), kind=query["kind"])


@route("/cash", list_of(schemas.CashSchema), query=CashQuery)
def cash(database: Session, caller: Visitor, query: Query) -> Listed:
    """Cash entries and deposits, those of the newest business date first."""
    return listing.cash(
        database,
        caller.organization_id,
        _where(query),
        _span(query),
        since=query["since"],
        until=query["until"],
        kind=query["kind"],
    )


@route("/locations/<ident:location_id>", LocationSchema)
def location(database: Session, caller: Visitor, location_id: int) -> RowMapping:
    """One location."""
    found = listing.location(database, caller.organization_id, location_id)
    if found is None:
        abort(404)
    return found


@route("/locations/<ident:location_id>/cash-day", schemas.CashDaySchema, query=CashDayQuery)
def cash_day(database: Session, caller: Visitor, query: Query, location_id: int) -> dict[str, Any]:
    """What a location's cash of a business date should come to, and by how much it is off."""
    found = cash_of_day(database, caller.organization_id, location_id, query["date"])
    if found is None:
        abort(404)
    return {
        "location_id": found.location_id,
        "location": found.location,
        "business_date": found.business_date,
        "currency": found.currency,
        "payments_counted": found.payments,
        **asdict(found.figures),
    }


_PRICED = ("items", "options")


def _priced(offered: dict[str, Any], currency: str) -> dict[str, Any]:
    price = offered["price"]
    return {**offered, "price": price and figures.plain(Decimal(price), currency)}


def _where(query: Query) -> PlaceFilter:
    return PlaceFilter(query["connection"], query["location"])


def _span(query: Query) -> Span:
    return Span(query["limit"], query["after"])
