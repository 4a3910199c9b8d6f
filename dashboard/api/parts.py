"""What the parts of orders and invoices look like in JSON."""

from marshmallow import Schema, fields

from dashboard.api.forms import Instant, Money, Quantity


class CheckSchema(Schema):
    """One bill. What the platform states of it, and what its lines, charges and taxes come to.

    `amount` + `tax` + `gratuities` = `due`. `untied` says in words where the two differ. `rounding`
    is what a settled one is off by, where that is a minor unit at most.
    """

    check_external_id = fields.String()
    display_number = fields.String(allow_none=True)
    tab = fields.String(allow_none=True)
    status = fields.String(allow_none=True)
    settled = fields.Boolean()
    voided = fields.Boolean()
    deleted = fields.Boolean()
    void_business_date = fields.Date(allow_none=True)
    tax_exempt = fields.Boolean()
    stated_amount = Money(allow_none=True)
    stated_tax = Money(allow_none=True)
    amount = Money()
    tax = Money()
    gratuities = Money()
    due = Money()
    paid = Money()
    rounding = Money()
    untied = fields.String(allow_none=True)
    paid_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    customer_external_id = fields.String(allow_none=True)


class LineSchema(Schema):
    """One thing sold. `amount` is net of every discount and holds its modifiers; tax is apart.

    `refunded` and `refunded_tax` are what of it was given back.
    """

    external_id = fields.String()
    parent_external_id = fields.String(allow_none=True)
    item_external_id = fields.String(allow_none=True)
    check_external_id = fields.String()
    name = fields.String()
    kind = fields.String()
    quantity = Quantity()
    unit_price = Money()
    gross = Money()
    amount = Money()
    tax = Money()
    tax_inclusion = fields.String(allow_none=True)
    voided = fields.Boolean()
    void_business_date = fields.Date(allow_none=True)
    void_reason_external_id = fields.String(allow_none=True)
    deferred = fields.Boolean()
    group_external_id = fields.String(allow_none=True)
    category_external_id = fields.String(allow_none=True)
    refunded = Money(allow_none=True)
    refunded_tax = Money(allow_none=True)


class DiscountSchema(Schema):
    """A reduction, already contained in the lines' amounts."""

    external_id = fields.String()
    line_external_id = fields.String(allow_none=True)
    name = fields.String()
    kind = fields.String(allow_none=True)
    amount = Money()
    check_external_id = fields.String()
    configured_external_id = fields.String(allow_none=True)


class ChargeSchema(Schema):
    """A service charge; gratuities go to staff. `tax` is what was charged on it, where known."""

    external_id = fields.String()
    check_external_id = fields.String()
    configured_external_id = fields.String(allow_none=True)
    name = fields.String()
    category = fields.String()
    gratuity = fields.Boolean()
    amount = Money()
    tax = Money(allow_none=True)
    refunded = Money(allow_none=True)
    refunded_tax = Money(allow_none=True)


class TaxSchema(Schema):
    """One rate on one line or charge, before rounding. `rate` is a fraction of one."""

    line_external_id = fields.String(allow_none=True)
    charge_external_id = fields.String(allow_none=True)
    name = fields.String()
    kind = fields.String()
    rate = Quantity(allow_none=True)
    amount = Money()
    remitted_by_marketplace = fields.Boolean()
    configured_external_id = fields.String(allow_none=True)


class PaymentSchema(Schema):
    """One tender; `fee` is what taking it cost.

    `counts` is false when it was voided or refused, or its check was deleted.
    """

    external_id = fields.String()
    check_external_id = fields.String()
    tender = fields.String()
    status = fields.String(allow_none=True)
    card_type = fields.String(allow_none=True)
    last_digits = fields.String(allow_none=True)
    amount = Money()
    tip = Money()
    paid_at = Instant(allow_none=True)
    business_date = fields.Date(allow_none=True)
    counts = fields.Boolean()
    void_business_date = fields.Date(allow_none=True)
    void_reason_external_id = fields.String(allow_none=True)
    card_entry = fields.String(allow_none=True)
    tendered = Money(allow_none=True)
    fee = Money(allow_none=True)
    alternate_type_external_id = fields.String(allow_none=True)
    house_account_external_id = fields.String(allow_none=True)
    drawer_external_id = fields.String(allow_none=True)


class RefundSchema(Schema):
    """Money given back on a payment: `net` + `tax` + `gratuities` + `deferred` = `amount`.

    Of `tax` the marketplace remits `marketplace_tax`. Not `itemized`, the platform doesn't say what
    some of it was for, and that is within `net`.
    """

    external_id = fields.String(allow_none=True)
    payment_external_id = fields.String()
    amount = Money()
    net = Money(allow_none=True)
    tax = Money(allow_none=True)
    marketplace_tax = Money(allow_none=True)
    gratuities = Money(allow_none=True)
    deferred = Money(allow_none=True)
    itemized = fields.Boolean(allow_none=True)
    tip_amount = Money()
    refunded_at = Instant(allow_none=True)
    business_date = fields.Date(allow_none=True)


class ModifierSchema(Schema):
    """What a line came with; its amount is within the line's."""

    name = fields.String()
    quantity = Quantity()
    amount = Money()


class InvoiceLineSchema(Schema):
    """One line of an invoice: `gross` less `discount` is `net`."""

    kind = fields.String()
    name = fields.String()
    quantity = Quantity()
    unit_price = Money()
    gross = Money()
    discount = Money()
    net = Money()
    tax = Money()
    modifiers = fields.List(fields.Nested(ModifierSchema))


class InvoiceTaxSchema(Schema):
    """The tax of one rate over an invoice. `rate` is a fraction of one."""

    name = fields.String()
    rate = Quantity(allow_none=True)
    taxable = Money()
    amount = Money()
    remitted_by_marketplace = fields.Boolean()
