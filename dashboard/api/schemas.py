"""What each record looks like in JSON: the API's answers and the command line's `--json` alike.

`OrderSchema(many=True).dump(listed.items)`; rows are the mappings that `models.listing` gives.
"""

from marshmallow import Schema, fields

from dashboard.api.buyers import BuyerSchema
from dashboard.api.forms import Instant, Money
from dashboard.api.parts import (
    ChargeSchema,
    CheckSchema,
    DiscountSchema,
    InvoiceLineSchema,
    InvoiceTaxSchema,
    LineSchema,
    PaymentSchema,
    RefundSchema,
    TaxSchema,
)
from dashboard.api.row import Owned


class ConnectionSchema(Schema):
    """A connection and how it is doing. All before `complete_until` has been read.

    `waiting` and the parked counts stop at 10,000. `last_delivery_at` is of the newest delivery
    that is still kept. `unannounced_since` is since when sales come by reading alone, though
    deliveries had come before.
    """

    id = fields.Integer()
    name = fields.String()
    platform = fields.String()
    account = fields.String(allow_none=True)
    status = fields.String()
    status_code = fields.String(allow_none=True)
    status_reason = fields.String(allow_none=True)
    next_step = fields.String(allow_none=True)
    status_at = Instant(allow_none=True)
    last_success_at = Instant(allow_none=True)
    last_delivery_at = Instant(allow_none=True)
    unannounced_since = Instant(allow_none=True)
    complete_until = Instant(allow_none=True)
    waiting = fields.Integer()
    waiting_since = Instant(allow_none=True)
    parked_events = fields.Integer()
    parked_records = fields.Integer()
    created_at = Instant()


class SyncRunSchema(Owned):
    """A pull. `since` and `until` are the dates of an import, both included.

    `location` is its name, if we know it; an import is of all locations.
    """

    stream = fields.String()
    location_external_id = fields.String()
    location = fields.String(allow_none=True)
    kind = fields.String()
    status = fields.String()
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)
    started_at = Instant()
    finished_at = Instant(allow_none=True)
    rows_read = fields.Integer()
    rows_written = fields.Integer()
    rows_skipped = fields.Integer()
    rows_parked = fields.Integer()
    slices = fields.Integer()
    slices_done = fields.Integer()
    error_code = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    next_step = fields.String(allow_none=True)
    correlation_id = fields.String()


class EventSchema(Owned):
    """A delivery; its body stays on the pages. `attempts` are those since `replayed_at`, if any."""

    delivery_id = fields.String()
    event_type = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    received_at = Instant()
    replayed_at = Instant(allow_none=True)
    handled_at = Instant(allow_none=True)
    next_attempt_at = Instant()
    record_external_id = fields.String(allow_none=True)
    error_code = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    next_step = fields.String(allow_none=True)
    correlation_id = fields.String()


class ParkedRecordSchema(Owned):
    """A record that a pull set aside, and why. `location` is its name, if we know it."""

    stream = fields.String()
    external_id = fields.String()
    location_external_id = fields.String()
    location = fields.String(allow_none=True)
    error_code = fields.String()
    error = fields.String()
    next_step = fields.String()
    parked_at = Instant()


class DeadMessageSchema(Schema):
    """A message that no worker could work on, seen so many times; what it holds isn't told here."""

    id = fields.Integer()
    queue = fields.String()
    task = fields.String(allow_none=True)
    size = fields.Integer()
    state = fields.String()
    times = fields.Integer()
    worker = fields.String()
    first_seen_at = Instant()
    seen_at = Instant()
    settled_at = Instant(allow_none=True)
    error_code = fields.String()
    error = fields.String()
    next_step = fields.String()


class OrderSchema(Owned):
    """An order. `net` + `tax` + `gratuities` = `total`; `charges` are within `net`."""

    external_id = fields.String()
    display_number = fields.String(allow_none=True)
    external_reference = fields.String(allow_none=True)
    location_id = fields.Integer()
    location = fields.String()
    time_zone = fields.String()
    customer_id = fields.Integer(allow_none=True)
    source = fields.String(allow_none=True)
    state = fields.String()
    approval = fields.String(allow_none=True)
    voided = fields.Boolean()
    deleted = fields.Boolean()
    not_sale_reason = fields.String(allow_none=True)
    guests = fields.Integer(allow_none=True)
    business_date = fields.Date()
    opened_at = Instant(allow_none=True)
    paid_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    promised_at = Instant(allow_none=True)
    currency = fields.String()
    net = Money()
    discounts = Money()
    charges = Money()
    gratuities = Money()
    tax = Money()
    total = Money()
    tips = Money()
    paid = Money()
    refunded = Money()
    invoice_state = fields.String()
    invoice_reason = fields.String(allow_none=True)
    invoice_number = fields.String(allow_none=True)
    version = Instant()
    first_seen_at = Instant()
    applied_at = Instant()
    correlation_id = fields.String()


class OrderDetailSchema(OrderSchema):
    """An order with everything it is made of. A modifier's `parent_external_id` names its line.

    Of `gratuities`, `fundraising` goes to a cause; of `tax`, `marketplace_tax` is remitted by the
    marketplace; `deferred` was taken for what is no sale now. These are null in what was read by an
    earlier release. `names` are those of the ids within it that the location's configuration and
    menu tell.
    """

    void_business_date = fields.Date(allow_none=True)
    fundraising = Money(allow_none=True)
    marketplace_tax = Money(allow_none=True)
    deferred = Money(allow_none=True)
    dining_option_external_id = fields.String(allow_none=True)
    revenue_center_external_id = fields.String(allow_none=True)
    service_external_id = fields.String(allow_none=True)
    area_external_id = fields.String(allow_none=True)
    table_external_id = fields.String(allow_none=True)
    server_external_id = fields.String(allow_none=True)
    channel_external_id = fields.String(allow_none=True)
    customer = fields.Nested(BuyerSchema, allow_none=True)
    checks = fields.List(fields.Nested(CheckSchema))
    lines = fields.List(fields.Nested(LineSchema))
    discount_lines = fields.List(fields.Nested(DiscountSchema))
    charge_lines = fields.List(fields.Nested(ChargeSchema))
    tax_lines = fields.List(fields.Nested(TaxSchema))
    payments = fields.List(fields.Nested(PaymentSchema))
    refunds = fields.List(fields.Nested(RefundSchema))
    names = fields.Dict(keys=fields.String(), values=fields.String())


class InvoiceSchema(Owned):
    """An invoice. `net` + `tax` + `gratuities` = `total`."""

    number = fields.String()
    status = fields.String()
    order_id = fields.Integer()
    order_external_id = fields.String()
    order_display_number = fields.String(allow_none=True)
    location_id = fields.Integer()
    location = fields.String()
    customer_id = fields.Integer(allow_none=True)
    business_date = fields.Date()
    issued_at = Instant()
    currency = fields.String()
    net = Money()
    tax = Money()
    gratuities = Money()
    total = Money()
    correlation_id = fields.String()


class InvoiceDetailSchema(InvoiceSchema):
    """An invoice with its lines and its taxes by rate."""

    lines = fields.List(fields.Nested(InvoiceLineSchema))
    taxes = fields.List(fields.Nested(InvoiceTaxSchema))


class LocationSchema(Owned):
    """A till site; its business day ends at `closeout_hour`, local time.

    One that is `archived` isn't read any more; the platform no longer lists it since `removed_at`.
    `taking_orders` is null until the platform told, and while what it told isn't known:
    `taking_orders_reason` has it then. All its sales before `read_until` were read. `facts_version`
    moves whenever its menu or configuration does.
    """

    external_id = fields.String()
    name = fields.String()
    time_zone = fields.String()
    currency = fields.String()
    closeout_hour = fields.Integer()
    group_external_id = fields.String(allow_none=True)
    brand = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    archived = fields.Boolean()
    removed_at = Instant(allow_none=True)
    taking_orders = fields.Boolean(allow_none=True)
    taking_orders_reason = fields.String(allow_none=True)
    taking_orders_version = Instant(allow_none=True)
    stock_listed_at = Instant(allow_none=True)
    read_until = Instant(allow_none=True)
    facts_version = fields.Integer()
    created_at = Instant()
