"""A day in figures by the platform's own method, from the JSON that its API shows.

Source: Toast developer guide, "Net sales calculation" (apiOrdersNetSalesCalculation), and platform
guide, "Viewing refunds in Toast reports", both read 2026-12-01. Nothing of our mapping is used.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
Place = tuple[str, date]
_WORTHLESS = ("VOIDED", "DENIED", "ERROR", "CANCELLED")
# What a sum of a day is made of.
NAMES = ("orders", "net", "tax", "tips", "collected", "refunded_net", "refunded_tax", "refunded")


def read(body: bytes) -> Json:
    """An order as the API shows it."""
    found: Json = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    return found


def sums(orders: Iterable[tuple[str, Json]]) -> dict[Place, dict[str, Decimal]]:
    """Sums by location and business date, of orders each with its location."""
    found: dict[Place, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(NAMES, Decimal(0)))
    for location, order in orders:
        if order["deleted"] or order["excessFood"] or order["createdInTestMode"]:
            continue
        if not order["voided"]:
            day = found[location, day_of(order["businessDate"])]
            day["orders"] += 1
            for check in _live(order["checks"]):
                day["net"] += net_of(check)
                day["tax"] += check["taxAmount"]
        for check in order["checks"]:
            for payment in check["payments"]:
                _book(found, location, check, payment)
        # A day of which nothing but a voided order is known is a day all the same.
        found[location, day_of(order["businessDate"])]["orders"] += 0
    return dict(found)


def net_of(check: Json) -> Decimal:
    """Net sales of a live bill, as the guide works them out."""
    net = Decimal(0)
    for item in _live(check["selections"]):
        if not item["deferred"]:
            net += item["preDiscountPrice"] - _cut(item["appliedDiscounts"])
    for charge in check["appliedServiceCharges"]:
        passed_on = charge["serviceChargeCategory"] == "FUNDRAISING_CAMPAIGN"
        if not charge["gratuity"] and not passed_on:
            net += charge["chargeAmount"]
    return net - _cut(check["appliedDiscounts"])


def day_of(number: int) -> date:
    """A business date as bodies carry it."""
    return date(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100)


def _book(
    found: dict[Place, dict[str, Decimal]], location: str, check: Json, payment: Json
) -> None:
    if payment["paymentStatus"] not in _WORTHLESS:
        paid_on = found[location, day_of(payment["paidBusinessDate"])]
        paid_on["collected"] += payment["amount"]
        paid_on["tips"] += payment["tipAmount"]
    if (refund := payment["refund"]) is None:
        return
    given_on = found[location, day_of(refund["refundBusinessDate"])]
    given_on["refunded"] += refund["refundAmount"] + refund["tipRefundAmount"]
    parts = list(_refunded(check, refund["refundTransaction"]["guid"]))
    tax = sum((part["taxRefundAmount"] for _, part in parts), Decimal(0))
    others = sum((part["refundAmount"] for sold, part in parts if not sold), Decimal(0))
    given_on["refunded_tax"] += tax
    # Of a custom amount there are no parts: all of it is negative sales.
    given_on["refunded_net"] += refund["refundAmount"] - tax - others


def _refunded(check: Json, transaction: str) -> Iterator[tuple[bool, Json]]:
    """What was given back, each with whether it was a sale."""
    for item in check["selections"]:
        if _is_of(item["refundDetails"], transaction):
            yield not item["deferred"], item["refundDetails"]
    for charge in check["appliedServiceCharges"]:
        if _is_of(charge["refundDetails"], transaction):
            passed_on = charge["serviceChargeCategory"] == "FUNDRAISING_CAMPAIGN"
            yield not (charge["gratuity"] or passed_on), charge["refundDetails"]


def _is_of(details: Json | None, transaction: str) -> bool:
    return details is not None and details["refundTransaction"]["guid"] == transaction


def _live(parts: Iterable[Json]) -> Iterator[Json]:
    return (each for each in parts if not each["voided"] and not each.get("deleted"))


def _cut(discounts: Iterable[Json]) -> Decimal:
    return sum((each["nonTaxDiscountAmount"] for each in discounts), Decimal(0))
