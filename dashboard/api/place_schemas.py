"""What is told of locations besides sales, as it looks in JSON."""

from marshmallow import Schema, fields

from dashboard.api.forms import Instant, Money, Quantity
from dashboard.api.row import Owned


class Placed(Owned):
    """A record of a location. `location` is its name."""

    location_id = fields.Integer()
    location = fields.String()


class StockSchema(Placed):
    """How much there is of an item, as of `version`. `item` is its name, if a menu told it.

    `status` is `out of stock`, `low` or `in stock`, or what the platform said if that isn't known.
    `quantity` is null where nobody counts it; `changed_at` where nothing else was ever told.
    """

    time_zone = fields.String()
    item_external_id = fields.String()
    shared_external_id = fields.String(allow_none=True)
    item = fields.String(allow_none=True)
    status = fields.String()
    quantity = Quantity(allow_none=True)
    changed_at = Instant(allow_none=True)
    version = Instant()


class StockChangeSchema(Placed):
    """What an item's stock became at `at`, and what it was before; told by `source`."""

    time_zone = fields.String()
    item_external_id = fields.String()
    item = fields.String(allow_none=True)
    status_before = fields.String(allow_none=True)
    quantity_before = Quantity(allow_none=True)
    status = fields.String()
    quantity = Quantity(allow_none=True)
    at = Instant()
    source = fields.String()


class MenuItemSchema(Placed):
    """Something that can be sold, or an option of something. `path` leads to it on the menu.

    `price` is null where it depends on more (`pricing`). No longer offered since `removed_at`.
    """

    external_id = fields.String()
    shared_external_id = fields.String(allow_none=True)
    kind = fields.String()
    name = fields.String()
    path = fields.List(fields.String())
    currency = fields.String()
    price = Money(allow_none=True)
    pricing = fields.String(allow_none=True)
    tax_inclusion = fields.String(allow_none=True)
    tax_external_ids = fields.List(fields.String())
    category = fields.String(allow_none=True)
    category_external_id = fields.String(allow_none=True)
    plu = fields.String(allow_none=True)
    sku = fields.String(allow_none=True)
    deferred = fields.Boolean()
    removed_at = Instant(allow_none=True)


class MenuGroupSchema(Schema):
    """A menu, or a group within one; `item_ids` name items of the menu."""

    external_id = fields.String()
    name = fields.String()
    item_ids = fields.List(fields.String())
    groups = fields.List(fields.Nested(lambda: MenuGroupSchema()))


class ModifierGroupSchema(Schema):
    """Options of which at `least` and at `most` so many are chosen."""

    external_id = fields.String()
    name = fields.String()
    required = fields.String(allow_none=True)
    least = fields.Integer(allow_none=True)
    most = fields.Integer(allow_none=True)
    option_ids = fields.List(fields.String())


class OfferedSchema(Schema):
    """An item or an option within a menu; `modifier_group_ids` are what it may be modified by."""

    external_id = fields.String()
    shared_external_id = fields.String(allow_none=True)
    name = fields.String()
    price = fields.String(allow_none=True, metadata={"example": "12.50"})
    pricing = fields.String(allow_none=True)
    tax_inclusion = fields.String(allow_none=True)
    tax_external_ids = fields.List(fields.String())
    category = fields.String(allow_none=True)
    category_external_id = fields.String(allow_none=True)
    plu = fields.String(allow_none=True)
    sku = fields.String(allow_none=True)
    deferred = fields.Boolean()
    modifier_group_ids = fields.List(fields.String())


class MenuSchema(Placed):
    """All that a location offers, as published at `version`.

    Nothing is published any more since `withdrawn_at`: then it is what was offered last. Groups
    nest; everything else is named by its id, for options may lead back to where they came from:
    whoever follows them looks out for circles.
    """

    currency = fields.String()
    version = Instant()
    read_at = Instant()
    withdrawn_at = Instant(allow_none=True)
    menus = fields.List(fields.Nested(MenuGroupSchema))
    items = fields.List(fields.Nested(OfferedSchema))
    options = fields.List(fields.Nested(OfferedSchema))
    modifier_groups = fields.List(fields.Nested(ModifierGroupSchema))


class ConfiguredSchema(Placed):
    """Something set up at a location that orders point at. Gone since `removed_at`."""

    kind = fields.String()
    external_id = fields.String()
    name = fields.String()
    facts = fields.Dict(keys=fields.String(), values=fields.String())
    listed_at = Instant()
    removed_at = Instant(allow_none=True)


class CashSchema(Placed):
    """An entry of a drawer, or a deposit; `amount` as the platform signs it.

    `undoes_external_id` names the one that it takes back, maybe of another business date.
    """

    kind = fields.String()
    external_id = fields.String()
    business_date = fields.Date()
    currency = fields.String()
    amount = Money()
    type = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    at = Instant(allow_none=True)
    drawer_external_id = fields.String(allow_none=True)
    reason_external_id = fields.String(allow_none=True)
    undoes_external_id = fields.String(allow_none=True)
    read_at = Instant()


class CashDaySchema(Schema):
    """Cash of a location's business date: `payments` - `refunds` + `entries` = `expected`.

    `over_short` is `deposited` - `expected`; null before anything was deposited. Entries and
    deposits that were taken back, and those that take them back, are in no figure.
    """

    location_id = fields.Integer()
    location = fields.String()
    business_date = fields.Date()
    currency = fields.String()
    payments = Money()
    payments_counted = fields.Integer()
    refunds = Money()
    entries = Money()
    expected = Money()
    deposited = Money()
    over_short = Money(allow_none=True)
