"""How values look in JSON: money and quantities as strings, instants in UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import fields

from documents import figures


class Money(fields.Field[Decimal]):
    """An amount as a string, in the currency of the record it stands in."""

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "example": "1234.50"}, **more)

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else figures.plain(value, obj["currency"])


class Quantity(fields.Field[Decimal]):
    """A quantity as a string without idle zeros."""

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "example": "2"}, **more)

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else figures.quantity(value)


class Instant(fields.Field[datetime]):
    """An instant as RFC 3339 in UTC, to the microsecond."""

    def __init__(self, **more: Any) -> None:
        shape = {"type": "string", "format": "date-time", "example": "2026-11-22T13:39:00.250000Z"}
        super().__init__(metadata=shape, **more)

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **_: Any
    ) -> str | None:
        return figures.instant(value) if value else None
