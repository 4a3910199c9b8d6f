"""What is sold out at a restaurant, and what is counted.

Source: Toast API reference, "Stock" (openapi toast-stock-api),
    https://doc.toasttab.com/openapi/stock/overview/, and developer guide, "Stock webhook", read
    2026-12-01. The list holds what is out of stock or counted; any other item is in stock.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from connectors.base.contract import Cursor, Http, Page, Record, Request, Response
from connectors.base.platform import Deletes, Stream
from connectors.toast import asking, limits, pages
from connectors.toast.bodies import decoded, incomplete, unreadable
from connectors.toast.numbers import Absurd, number
from rules.facts import StockRecord
from rules.money import QUANTITY_PLACES
from rules.records import ZERO

STOCK = Stream(
    name="stock",
    version_of="the instant of the list, or of the event",
    hold_back=asking.LAG,
    every=timedelta(minutes=15),
    deletes=Deletes.IN_FEED,
    per_location=True,
    listed=True,
)
INVENTORY = "/stock/v1/inventory"
SEARCH = f"{INVENTORY}/search"
# Toast's own threshold of "low quantity".
_LOW = Decimal(5)
# No limit is documented; a hundred ids are 4 KB.
_AT_ONCE = 100
_INVALID = "INVALID"
# Beside these a quantity means nothing.
_SAYS_ALL = {"IN_STOCK": "in stock", "OUT_OF_STOCK": "out of stock"}


class _Validity(msgspec.Struct):
    itemGuidValidity: str | None = None


class _Item(msgspec.Struct):
    """An item of the list (`guid`) or of an event (`itemGuid`); the rest is alike."""

    guid: str | None = None
    itemGuid: str | None = None
    status: str | None = None
    quantity: Decimal | None = None
    multiLocationId: str | int | None = None


_validities = msgspec.json.Decoder(_Validity)
_items = msgspec.json.Decoder(_Item)


def changes(http: Http, location: str, _: Cursor | None, now: datetime) -> Iterator[Page]:
    """All that isn't simply in stock, in one page."""
    response = asking.get(http, INVENTORY, location, limits.STOCK)
    at = asking.as_of(asking.found(response, "stock"), now)
    # An item that were named twice is kept once.
    items = {record.id: record for record in _records(response, location, at)}
    yield Page(
        [*items.values()], {"v": 1}, done=True, watermark=now - STOCK.hold_back, listed_at=at
    )


def fetch(http: Http, location: str, ids: Sequence[str]) -> Iterator[Record]:
    """How much there is of each item now; one that Toast doesn't know yields nothing."""
    for start in range(0, len(ids), _AT_ONCE):
        asked = {"guids": list(ids[start : start + _AT_ONCE]), "multiLocationIds": []}
        request = Request("POST", SEARCH, json=asked, location=location, buckets=limits.STOCK)
        response = asking.found(http.send(request), "stock")
        yield from _records(response, location, response.server_time - asking.LAG)


def read(record: Record) -> StockRecord:
    """How much of an item there is. Raises: SkippedRecord."""
    item = decoded(record, _items)
    guid = item.itemGuid or item.guid
    if not guid:
        raise incomplete(record, "item guid")
    if record.at is None or not record.location:
        raise incomplete(record, "time" if record.location else "restaurant")
    quantity = _quantity(record, item)
    return StockRecord(
        location_id=record.location,
        item_id=guid,
        version=record.at,
        status=_status(record, item.status, quantity),
        quantity=quantity,
        # Toast has sent the word where it meant nothing.
        shared_id=None if item.multiLocationId in (None, "", "null") else str(item.multiLocationId),
    )


def _records(response: Response, location: str, at: datetime) -> Iterator[Record]:
    for raw in pages.elements(response.body):
        if not _is_unknown(raw):
            yield Record(STOCK.name, pages.identity(raw)[0], raw, location, at=at)


def _is_unknown(raw: bytes) -> bool:
    """Whether Toast says that there is no such item; a search answers with it all the same."""
    try:
        return _validities.decode(raw).itemGuidValidity == _INVALID
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _quantity(record: Record, item: _Item) -> Decimal | None:
    if item.status in _SAYS_ALL:
        return None
    try:
        return number(item.quantity, places=QUANTITY_PLACES) if item.quantity is not None else None
    except Absurd:
        raise unreadable(record, "its quantity is impossible") from None


def _status(record: Record, status: str | None, quantity: Decimal | None) -> str:
    """In our words; one that isn't known stays as it came, for nothing safe can be made of it."""
    if not status:
        raise incomplete(record, "status")
    if status != "QUANTITY":
        return _SAYS_ALL.get(status, status)
    if quantity is None or quantity > _LOW:
        return "in stock"
    return "low" if quantity > ZERO else "out of stock"
