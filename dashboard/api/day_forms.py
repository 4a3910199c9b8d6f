"""Days of locations in the API: what may be asked for, and what they look like in JSON."""

from marshmallow import Schema, fields, validate

from dashboard.api.forms import Instant, Money
from dashboard.api.queries import Dated, Text
from dashboard.api.row import Owned, RowSchema
from models import day_list, day_rollup


class DayQuery(Dated):
    """Days of locations.

    `brand` is what the sites of one chain share, `group` the platform's id of a management group.
    """

    brand = Text(load_default=None)
    group = Text(load_default=None)
    sort = fields.String(
        load_default="-business_date", validate=validate.OneOf(tuple(day_list.SORTS))
    )


class RollupQuery(Schema):
    """Business dates, both included: without `since` the last 31, up to `until` or today."""

    by = fields.String(load_default=day_rollup.BY_LOCATION, validate=validate.OneOf(day_rollup.BYS))
    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    connection = Text(load_default=None)
    brand = Text(load_default=None)
    group = Text(load_default=None)
    location = fields.Integer(load_default=None, validate=validate.Range(1, 2**63 - 1))


class TenderQuery(Schema):
    """One business date of one location, by our id."""

    location = fields.Integer(required=True, validate=validate.Range(1, 2**63 - 1))
    date = fields.Date(required=True)


class FiguresSchema(RowSchema):
    """What days came to, in one currency.

    `gross` is `net` + `discounts`. `due` = `net` + `tax` + `gratuities` + `deferred` is owed for
    that date's orders: `paid_before`, `paid_that_day`, `paid_after`, `open`, `rounding`, which is a
    minor unit a bill at most, or `unexplained`, which must be nothing. So must
    `unexplained_orders`: two orders that cancel out are two; and `untied_checks`, of which the
    platform states something else than their parts come to. `collected` was taken on that date
    without `tips`: `paid_that_day`, `prepaid` for orders of later dates, `postpaid` for those of
    earlier ones. Refunds are those given on that date, and not taken off sales. Of `tax` the
    marketplace remits `marketplace_tax`, of `refunded_tax` `refunded_marketplace_tax`.
    """

    currency = fields.String()
    orders = fields.Integer()
    checks = fields.Integer()
    guests = fields.Integer()
    voided_orders = fields.Integer()
    unexplained_orders = fields.Integer()
    untied_checks = fields.Integer()
    gross = Money()
    discounts = Money()
    net = Money()
    charges = Money()
    gratuities = Money()
    fundraising = Money()
    tax = Money()
    marketplace_tax = Money()
    deferred = Money()
    due = Money()
    paid_before = Money()
    paid_that_day = Money()
    paid_after = Money()
    open = Money()
    rounding = Money()
    unexplained = Money()
    prepaid = Money()
    postpaid = Money()
    collected = Money()
    tips = Money()
    refunded_net = Money()
    refunded_tax = Money()
    refunded_marketplace_tax = Money()
    refunded_gratuities = Money()
    refunded_deferred = Money()
    refunded_tips = Money()
    counted_at = Instant()


class DaySchema(Owned, FiguresSchema):
    """A location's business date in figures, as they stood at `counted_at`."""

    location_id = fields.Integer()
    location = fields.String()
    brand = fields.String(allow_none=True)
    group_external_id = fields.String(allow_none=True)
    business_date = fields.Date()


class RollupSchema(FiguresSchema):
    """Days summed up; currencies are never added together.

    `key` is what they have in common: our id of a location, whose `name` is beside it, a brand, the
    platform's id of a group, a connection's name; null where locations have none. `days` are days
    of locations; `counted_at` is of the one counted last.
    """

    by = fields.String()
    key = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    locations = fields.Integer()
    days = fields.Integer()


class TenderSchema(RowSchema):
    """A tender of a day. `total` = `amount` + `tip` - `refunded` - `refunded_tip`."""

    currency = fields.String()
    tender = fields.String()
    card_type = fields.String(allow_none=True)
    alternate_type_external_id = fields.String(allow_none=True)
    alternate_type = fields.String(allow_none=True)
    payments = fields.Integer()
    amount = Money()
    tip = Money()
    refunds = fields.Integer()
    refunded = Money()
    refunded_tip = Money()
    total = Money()
