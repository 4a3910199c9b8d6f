"""What a list may be asked for, and the shape of its answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from models import (
    cash_list,
    dead_message,
    event_list,
    invoice_list,
    order,
    order_list,
    stock,
    sync_run_list,
)
from models.paging import MOST, USUAL


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

    state = fields.String(load_default=None, validate=validate.OneOf(event_list.STATES))


class DeadMessageQuery(Paged):
    """Messages that no worker could work on; those that wait for somebody unless `state` says."""

    state = fields.String(
        load_default=dead_message.WAITING, validate=validate.OneOf(dead_message.STATES)
    )


class SyncRunQuery(ByConnection):
    """Pulls."""

    status = fields.String(load_default=None, validate=validate.OneOf(sync_run_list.STATES))


class Dated(ByConnection):
    """Business dates, both included; `location` is our id of one."""

    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    location = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))


class OrderQuery(Dated):
    """Orders. `search` is a whole display number, or how the platform's id begins."""

    invoice_state = fields.String(load_default=None, validate=validate.OneOf(order.STATES))
    search = Text(load_default=None)
    sort = fields.String(
        load_default="-business_date", validate=validate.OneOf(tuple(order_list.SORTS))
    )


class InvoiceQuery(Dated):
    """Invoices: the newest first; within a span of dates by date, unless `sort` says."""

    status = fields.String(load_default=None, validate=validate.OneOf(invoice_list.STATES))
    sort = fields.String(load_default=None, validate=validate.OneOf(tuple(invoice_list.SORTS)))


class PersonQuery(Paged):
    """Persons. `search` is how a name, an e-mail or a phone begins."""

    search = Text(load_default=None)


class ByPlace(ByConnection):
    """Of one location, by our id of it, or of all."""

    location = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))


class StockQuery(ByPlace):
    """Stock."""

    status = fields.String(load_default=None, validate=validate.OneOf(stock.STATUSES))


class StockChangeQuery(ByPlace):
    """Changes of stock; `item` is the platform's id of one."""

    item = Text(load_default=None)


class MenuItemQuery(ByPlace):
    """What is offered; `removed` for what no longer is."""

    removed = fields.Boolean(load_default=None, allow_none=True)


class ConfiguredQuery(ByPlace):
    """What is set up; `kind` as in the answer, `void reason` say."""

    kind = Text(load_default=None)


class CashQuery(Dated):
    """Cash entries and deposits."""

    kind = fields.String(load_default=None, validate=validate.OneOf(cash_list.KINDS))


class CashDayQuery(Schema):
    """One business date."""

    date = fields.Date(required=True)


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


class RetryingSchema(Schema):
    """Something given up that the workers were asked to try again."""

    id = fields.Integer()
    state = fields.String()


class DismissedSchema(Schema):
    """A dead message that is off the list."""

    id = fields.Integer()
    state = fields.String()


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
