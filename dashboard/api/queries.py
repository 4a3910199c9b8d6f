"""What a list may be asked for, and the shape of its answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from models.event_list import STATES as EVENT_STATES
from models.invoice import ISSUED
from models.invoice_list import SORTS as INVOICE_SORTS
from models.order import CHANGED, DUE, NOT_DUE, NOT_NEEDED, PARKED
from models.order_list import SORTS as ORDER_SORTS
from models.paging import MOST, USUAL
from models.sync_run_list import STATES as RUN_STATES

ORDER_STATES = (DUE, ISSUED, CHANGED, NOT_DUE, NOT_NEEDED, PARKED)


class Text(fields.String):
    """A text that the database can compare: it knows no NUL."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **more)
        if "\x00" in text:
            raise self.make_error("invalid")
        return text


class Paged(Schema):
    """At most `limit` records after the cursor `after`, which the page before gave as `next`."""

    limit = fields.Integer(load_default=USUAL, validate=validate.Range(1, MOST))
    after = Text(load_default=None)


class ByConnection(Paged):
    """Of one connection, by its name, or of all."""

    connection = Text(load_default=None)


class EventQuery(ByConnection):
    """Deliveries."""

    state = fields.String(load_default=None, validate=validate.OneOf(EVENT_STATES))


class SyncRunQuery(ByConnection):
    """Pulls."""

    status = fields.String(load_default=None, validate=validate.OneOf(RUN_STATES))


class Dated(ByConnection):
    """Business dates, both included; `location` is our id of one."""

    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    location = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))


class OrderQuery(Dated):
    """Orders. `search` is a whole display number or the platform's id."""

    invoice_state = fields.String(load_default=None, validate=validate.OneOf(ORDER_STATES))
    search = Text(load_default=None)
    sort = fields.String(load_default="-business_date", validate=validate.OneOf(tuple(ORDER_SORTS)))


class InvoiceQuery(Dated):
    """Invoices: the newest first; within a span of dates by date, unless `sort` says."""

    status = fields.String(load_default=None, validate=validate.OneOf((ISSUED,)))
    sort = fields.String(load_default=None, validate=validate.OneOf(tuple(INVOICE_SORTS)))


class ProblemSchema(Schema):
    """What went wrong: a code for machines, a sentence and the next step for people."""

    type = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    next_step = fields.String()


class ReplayedSchema(Schema):
    """A delivery that is back in line."""

    id = fields.Integer()
    state = fields.String()


class RetriedSchema(Schema):
    """What became of a record that was set aside: `applied`, or still `parked` and why."""

    id = fields.Integer()
    external_id = fields.String()
    state = fields.String()
    error_code = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    next_step = fields.String(allow_none=True)


def list_of(schema: type[Schema]) -> type[Schema]:
    """The answer of a list: `{"items": [...], "next": cursor or null}`."""
    name = schema.__name__.replace("Schema", "List")
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(schema)),
            "next": fields.String(allow_none=True),
        },
        name=name,
    )
