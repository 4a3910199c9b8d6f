"""What a platform says besides its sales, in our words: menus, stock, configuration, cash.

Money is `Decimal` in major units of the location's currency; instants are aware UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from rules.records import OrderRecord, record


@record
class MenuItemRecord:
    """Something that can be sold: an item of a menu, or an option that modifies one.

    `path` leads to it: the menu and its groups, or the modifier group. `price` is None where it
    depends on size, time or what is keyed in (`pricing` says which). `shared_id` is the same at
    each location of a chain. `modifier_group_ids` are what it may be modified by.
    """

    external_id: str
    kind: Literal["item", "option"]
    name: str
    path: Sequence[str] = ()
    price: Decimal | None = None
    pricing: str | None = None
    tax_inclusion: str | None = None
    tax_ids: Sequence[str] = ()
    category: str | None = None
    category_id: str | None = None
    plu: str | None = None
    sku: str | None = None
    shared_id: str | None = None
    deferred: bool = False
    modifier_group_ids: Sequence[str] = ()


@record
class ModifierGroupRecord:
    """Options of which some are chosen; options may lead to further groups, in circles even."""

    external_id: str
    name: str
    required: str | None = None
    least: int | None = None
    most: int | None = None
    option_ids: Sequence[str] = ()


@record
class MenuGroupRecord:
    """A menu, or a group within one."""

    external_id: str
    name: str
    item_ids: Sequence[str] = ()
    groups: Sequence["MenuGroupRecord"] = ()


@record
class MenuRecord:
    """All that a location offers, as published at `version`."""

    location_id: str
    version: datetime
    menus: Sequence[MenuGroupRecord] = field(default_factory=tuple)
    items: Sequence[MenuItemRecord] = field(default_factory=tuple)
    modifier_groups: Sequence[ModifierGroupRecord] = field(default_factory=tuple)


@record
class StockRecord:
    """How much of an item a location has. `quantity` is None where nobody counts it.

    `status` is `in stock`, `low`, `out of stock`, or what the platform said if that isn't known.
    """

    location_id: str
    item_id: str
    version: datetime
    status: str
    quantity: Decimal | None = None
    shared_id: str | None = None


@record
class ConfiguredRecord:
    """Something set up at a location that orders point at: a dining option, a tax rate, a reason.

    `kind` is in our words (`dining option`); `facts` are what else is known of it, in text.
    """

    location_id: str
    kind: str
    external_id: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)


@record
class CashRecord:
    """Cash that went into or out of a drawer, or to the bank (`kind` deposit).

    `amount` is signed as the platform signs it. `undoes_id` names the one that this takes back,
    possibly of another business date.
    """

    location_id: str
    kind: Literal["entry", "deposit"]
    external_id: str
    business_date: date
    amount: Decimal
    type: str | None = None
    reason: str | None = None
    at: datetime | None = None
    drawer_id: str | None = None
    reason_id: str | None = None
    undoes_id: str | None = None


@record
class OpeningRecord:
    """Whether a location takes orders from outside just now, and why not.

    `open` is None where the platform said something that isn't known; `reason` has its words then.
    """

    location_id: str
    version: datetime
    open: bool | None
    reason: str | None = None


Noun = OrderRecord | MenuRecord | StockRecord | ConfiguredRecord | CashRecord | OpeningRecord
"""What a platform's record may be read as."""
