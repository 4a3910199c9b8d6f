"""What the parts of orders and invoices look like in JSON."""

from marshmallow import Schema, fields

from dashboard.api.forms import Instant, Money, Quantity


class LineSchema(Schema):
    """One thing sold. `amount` is net of every discount and holds its modifiers; tax is apart."""

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
    deferred = fields.Boolean()


class DiscountSchema(Schema):
    """A reduction, already contained in the lines' amounts."""

    external_id = fields.String()
    line_external_id = fields.String(allow_none=True)
    name = fields.String()
    kind = fields.String(allow_none=True)
    amount = Money()


class ChargeSchema(Schema):
    """A service charge; gratuities go to staff."""

    external_id = fields.String()
    name = fields.String()
    category = fields.String()
    gratuity = fields.Boolean()
    amount = Money()


class TaxSchema(Schema):
    """One rate on one line or charge, before rounding. `rate` is a fraction of one."""

    line_external_id = fields.String(allow_none=True)
    charge_external_id = fields.String(allow_none=True)
    name = fields.String()
    kind = fields.String()
    rate = Quantity(allow_none=True)
    amount = Money()
    remitted_by_marketplace = fields.Boolean()


class PaymentSchema(Schema):
    """One tender. `counts` is false when it was voided or refused."""

    external_id = fields.String()
    tender = fields.String()
    status = fields.String(allow_none=True)
    card_type = fields.String(allow_none=True)
    last_digits = fields.String(allow_none=True)
    amount = Money()
    tip = Money()
    paid_at = Instant(allow_none=True)
    business_date = fields.Date(allow_none=True)
    counts = fields.Boolean()


class RefundSchema(Schema):
    """Money given back on a payment."""

    payment_external_id = fields.String()
    amount = Money()
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
