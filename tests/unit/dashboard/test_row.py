"""A row is dumped as marshmallow dumps it, whatever it is."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from marshmallow import Schema, fields

from dashboard.api.forms import Instant, Money
from dashboard.api.row import RowSchema
from dashboard.api.schemas import LocationSchema, SyncRunSchema
from models import Location, SyncRun

_FIELDS = {
    "id": fields.Integer(),
    "name": fields.String(allow_none=True),
    "on": fields.Date(),
    "at": Instant(allow_none=True),
    "total": Money(),
    "right": fields.Boolean(),
    "buyer": fields.Nested(Schema.from_dict({"email": fields.String()}), allow_none=True),
}
_AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
_ROW = {
    **{"id": 7, "name": "Zoë", "on": date(2026, 11, 30), "at": _AT, "total": Decimal("1.5")},
    **{"right": True, "buyer": {"email": "a@b.example"}, "currency": "GBP", "beside": "it"},
}


@pytest.mark.parametrize("absent", [None, "name", "at", "total", "buyer"])
def test_a_mapping(absent: str | None) -> None:
    row = {name: None if name == absent else value for name, value in _ROW.items()}
    plain = type("Plain", (Schema,), dict(_FIELDS))()
    ours = type("Ours", (RowSchema,), dict(_FIELDS))()
    assert ours.dump(row) == plain.dump(row)
    assert ours.dump([row, _ROW], many=True) == plain.dump([row, _ROW], many=True)


def test_an_object_that_lacks_some() -> None:
    location = Location(id=3, name="Soho", external_id="x", time_zone="Europe/London")
    assert LocationSchema(many=True).dump([location])[0]["name"] == "Soho"
    run = SyncRun(id=4, stream="orders", kind="history", status="done")
    assert SyncRunSchema().dump(run)["stream"] == "orders"
