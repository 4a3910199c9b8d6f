"""What is set up at a restaurant, in our words.

Source: Toast API reference, "Configuration" (openapi toast-config-api 2.5.0),
    https://doc.toasttab.com/openapi/configuration/overview/, read 2026-12-01.
    A rate of 6.25 % is 0.0625, while percentages of charges and discounts are 6.25.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from connectors.base.contract import Record
from connectors.toast.bodies import decoded, incomplete, unreadable
from rules.facts import ConfiguredRecord


@dataclass(frozen=True)
class Resource:
    """One list of the configuration: what its elements are, and the facts kept of each.

    `facts` are our words and Toast's field.
    """

    kind: str
    facts: Mapping[str, str]


# By the last part of their path. `alternatePaymentTypes` is misspelt in Toast's cookbook.
RESOURCES: Mapping[str, Resource] = {
    "diningOptions": Resource("dining option", {"behavior": "behavior", "curbside": "curbside"}),
    "revenueCenters": Resource("revenue center", {"description": "description"}),
    "taxRates": Resource(
        "tax rate",
        {"rate": "rate", "type": "type", "rounding": "roundingType", "default": "isDefault"},
    ),
    "discounts": Resource(
        "discount",
        {
            "active": "active",
            "type": "type",
            "percent": "percentage",
            "amount": "amount",
            "applies to": "selectionType",
            "fixed total": "fixedTotal",
            "not with others": "nonExclusive",
        },
    ),
    "serviceCharges": Resource(
        "service charge",
        {
            "type": "amountType",
            "amount": "amount",
            "percent": "percent",
            "gratuity": "gratuity",
            "taxable": "taxable",
            "calculation": "serviceChargeCalculation",
            "destination": "destination",
        },
    ),
    "voidReasons": Resource("void reason", {}),
    "alternatePaymentTypes": Resource("payment type", {}),
}

_LONGEST = 500
_wholes = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NOTHING = msgspec.Raw(b"null")


def read(record: Record) -> ConfiguredRecord:
    """One thing that is set up. Raises: SkippedRecord."""
    resource = RESOURCES.get(record.id.partition("/")[0])
    if resource is None:
        raise unreadable(record, "it is of a list that isn't read")
    body = decoded(record, _wholes)
    guid, name = _text(record, body, "guid"), _text(record, body, "name")
    if not guid or not record.location:
        raise incomplete(record, "guid" if record.location else "restaurant")
    told = {ours: _text(record, body, theirs) for ours, theirs in resource.facts.items()}
    return ConfiguredRecord(
        location_id=record.location,
        kind=resource.kind,
        external_id=guid,
        name=name or f"Unnamed {resource.kind}",
        facts={ours: text for ours, text in told.items() if text},
    )


def _text(record: Record, body: Mapping[str, msgspec.Raw], field: str) -> str:
    """A plain value in words; nothing for none, or for one with parts."""
    try:
        value: Any = json.loads(bytes(body.get(field, _NOTHING)), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise unreadable(record, f"{field} is no value") from None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}" if -20 < value.adjusted() < 20 else str(value)
    return str(value)[:_LONGEST] if isinstance(value, str | int) else ""
