"""What a platform says besides its sales, told to the books as tasks tell it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.base.contract import Record
from models import Connection
from models.locations import locations_of
from models.particulars import READING, Told, close_listing
from models.session import unit_of_work
from rules.facts import (
    CashRecord,
    ConfiguredRecord,
    MenuGroupRecord,
    MenuItemRecord,
    MenuRecord,
    ModifierGroupRecord,
    Noun,
    StockRecord,
)
from tasks import particulars
from tests.factories import NOON, PLACE

DAY = date(2026, 3, 1)


def tell(connection: Connection, *nouns: Noun, listed_at: datetime | None = None) -> int:
    """Write records as one delivery, or as a page of a listing; returns how many counted."""
    told = Told() if listed_at is None else Told(READING, listed_at)
    with unit_of_work() as session:
        places = locations_of(session, connection, {noun.location_id for noun in nouns})
        read = [(Record("any", str(n), b"{}"), noun) for n, noun in enumerate(nouns)]
        written = particulars.write(session, connection, places, read, told)
        assert not written.parked
        return written.stored


def listed(connection: Connection, stream: str, at: datetime, *nouns: Noun) -> int:
    """A whole listing that holds these; returns how many it closed."""
    tell(connection, *nouns, listed_at=at)
    with unit_of_work() as session:
        return close_listing(session, connection, stream, PLACE, at)


def furnish(connection: Connection, name: str = "Jollof rice", place: str = PLACE) -> None:
    """One thing of every kind at a place, of that name."""
    tell(
        connection,
        menu(place=place, items=(item(name=name), item("yam", "Yam"))),
        stock(NOON, "low", "3", place=place),
        configured(name=name, place=place),
        cash(reason=name, place=place),
    )


def place_id(connection: Connection, place: str = PLACE) -> int:
    """Our id of a location."""
    with unit_of_work() as session:
        return locations_of(session, connection, [place])[place].id


def stock(
    version: datetime = NOON,
    status: str = "out of stock",
    quantity: str | None = None,
    item: str = "rice",
    place: str = PLACE,
    **facts: Any,
) -> StockRecord:
    """How much there is of an item."""
    amount = None if quantity is None else Decimal(quantity)
    return StockRecord(place, item, version, status, amount, **facts)


def configured(
    external_id: str = "d1", name: str = "Dine in", kind: str = "dining option", **facts: Any
) -> ConfiguredRecord:
    """Something set up."""
    return ConfiguredRecord(facts.pop("place", PLACE), kind, external_id, name, facts)


def cash(external_id: str = "e1", amount: str = "-5.00", **facts: Any) -> CashRecord:
    """An entry of a drawer."""
    plain: dict[str, Any] = {"kind": "entry", "business_date": DAY, "type": "PAY_OUT"}
    place = facts.pop("place", PLACE)
    return CashRecord(
        location_id=place, external_id=external_id, amount=Decimal(amount), **{**plain, **facts}
    )


def item(external_id: str = "rice", name: str = "Jollof rice", **facts: Any) -> MenuItemRecord:
    """Something on the menu."""
    plain: dict[str, Any] = {"kind": "item", "path": ("Food", "Mains"), "price": Decimal("12.50")}
    return MenuItemRecord(external_id=external_id, name=name, **{**plain, **facts})


def menu(version: datetime = NOON, place: str = PLACE, **facts: Any) -> MenuRecord:
    """A menu of one dish, with sides that lead in a circle."""
    sides = ModifierGroupRecord("sides", "Sides", "OPTIONAL", 0, 2, ("plantain",))
    plain: dict[str, Any] = {
        "menus": (
            MenuGroupRecord(
                "food", "Food", groups=(MenuGroupRecord("mains", "Mains", item_ids=("rice",)),)
            ),
        ),
        "items": (
            item(modifier_group_ids=("sides",)),
            item(
                "plantain",
                "Plantain",
                kind="option",
                path=("Sides",),
                price=Decimal("1.50"),
                modifier_group_ids=("sides",),
            ),
        ),
        "modifier_groups": (sides,),
    }
    return MenuRecord(place, version, **{**plain, **facts})
