"""The names of what an order points at by id: where it was eaten, why it was voided, with what."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.names import names_of
from models.order_detail import OrderDetail

# Columns that hold an id of the location's configuration or menu.
_OF_ORDER = (
    *("dining_option_external_id", "revenue_center_external_id", "service_external_id"),
    *("area_external_id", "table_external_id"),
)
_OF_PARTS = (
    *("item_external_id", "category_external_id", "void_reason_external_id"),
    *("configured_external_id", "alternate_type_external_id", "drawer_external_id"),
)


def order_names(session: Session, detail: OrderDetail) -> dict[str, str]:
    """Names by the platform's id, as far as the order's location has told them; one query."""
    order = detail.order
    return names_of(session, order["organization_id"], order["location_id"], _ids(detail))


def _ids(detail: OrderDetail) -> Iterator[str]:
    yield from _told(detail.order, _OF_ORDER)
    for parts in (detail.lines, detail.discounts, detail.charges, detail.taxes, detail.payments):
        for part in parts:
            yield from _told(part, _OF_PARTS)


def _told(row: Mapping[Any, Any], columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        if value := row.get(column):
            yield value
