"""What who bought looks like in JSON: customers of connections, and the persons that they are."""

from marshmallow import Schema, fields

from dashboard.api.forms import Instant, Money
from dashboard.api.row import Owned, RowSchema


class BuyerSchema(Schema):
    """Who bought, as far as the platform says."""

    external_id = fields.String()
    first_name = fields.String(allow_none=True)
    last_name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class CustomerSchema(Owned, BuyerSchema):
    """Who bought, and at which connection; `person_id` is null for some seconds at first."""

    person_id = fields.Integer(allow_none=True)
    created_at = Instant()


class PersonTotalSchema(RowSchema):
    """What was sold to a person in one currency; `refunded` is not taken off."""

    currency = fields.String()
    orders = fields.Integer()
    total = Money()
    refunded = Money()


class PersonSchema(RowSchema):
    """A guest as one, whatever connections know of them.

    `phones` are E.164 where they are valid. `orders` and `totals` are of sales alone;
    of an order that was split, of the bills that are theirs.
    """

    id = fields.Integer()
    name = fields.String(allow_none=True)
    emails = fields.List(fields.String())
    phones = fields.List(fields.String())
    connections = fields.List(fields.String())
    customer_count = fields.Integer()
    orders = fields.Integer()
    totals = fields.List(fields.Nested(PersonTotalSchema))
    last_order_on = fields.Date(allow_none=True)
    created_at = Instant()


class IdentitySchema(CustomerSchema):
    """A customer of a person, and where and when it bought last."""

    last_order_on = fields.Date(allow_none=True)
    last_location = fields.String(allow_none=True)


class PersonDetailSchema(PersonSchema):
    """A person with all identities. `merged_ids` are the persons that are this one now."""

    customers = fields.List(fields.Nested(IdentitySchema))
    merged_ids = fields.List(fields.Integer())
