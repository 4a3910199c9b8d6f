"""Signed deliveries of invented orders, and what must be in the books when all is done."""

import base64
import hashlib
import hmac
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from config import clock

SECRET = "whsec-storm"
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
# Sales of these days and of the past are invoiced by different workers.
_BUSINESS_DATES = [int(each.strftime("%Y%m%d")) for each in (clock.now(), START)]


@dataclass(frozen=True)
class Sent:
    """One delivery and what it would mean if it were applied."""

    event: str
    order: str
    version: int
    cents: int
    body: bytes
    signature: str
    good: bool

    @property
    def headers(self) -> dict[str, str]:
        """As the platform sends them."""
        return {
            "Content-Type": "application/json",
            "Toast-Event-Type": "order_updated",
            "Toast-Event-Category": "order_updated",
            "Toast-Attempt-Number": "1",
            "Toast-Signature": self.signature,
        }


def storm(orders: int, versions: int, restaurant: str, chance: random.Random) -> list[Sent]:
    """`orders` × `versions` deliveries: a tenth badly signed, a tenth out of order, a tenth twice.

    An order's first version is always good, so that each order has something to apply.
    """
    made = [
        delivery(number, version, restaurant, good=version == 0 or chance.random() > 0.2)
        for version in range(versions)
        for number in range(orders)
    ]
    for _ in range(len(made) // 10):
        here, there = chance.randrange(len(made)), chance.randrange(len(made))
        made[here], made[there] = made[there], made[here]
    for one in chance.sample(made, len(made) // 10):
        made.insert(chance.randrange(len(made)), one)
    return made


def expected(sent: list[Sent]) -> dict[str, tuple[int, int]]:
    """Per order its newest good version and the cents it comes to."""
    newest: dict[str, tuple[int, int]] = {}
    for one in sent:
        if one.good and (one.order not in newest or newest[one.order][0] < one.version):
            newest[one.order] = (one.version, one.cents)
    return newest


def delivery(number: int, version: int, restaurant: str, *, good: bool = True) -> Sent:
    """The delivery of one version of a restaurant's order `number`; of each there is only one."""
    order = str(uuid5(NAMESPACE_OID, f"{restaurant} order {number}"))
    event = str(uuid5(NAMESPACE_OID, f"{restaurant} event {number} {version}"))
    cents = 1000 + number + version
    at = START + timedelta(seconds=number)
    stamp = (at + timedelta(minutes=version)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    envelope = {
        "timestamp": stamp,
        "eventCategory": "order_updated",
        "eventType": "order_updated",
        "guid": event,
        "details": {
            "restaurantGuid": restaurant,
            "order": {
                **_order(order, stamp, cents),
                "businessDate": _BUSINESS_DATES[number % len(_BUSINESS_DATES)],
            },
        },
    }
    body = json.dumps(envelope).encode()
    key = SECRET if good else "somebody else's secret"
    digest = hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).digest()
    return Sent(event, order, version, cents, body, base64.b64encode(digest).decode(), good)


def _order(guid: str, stamp: str, cents: int) -> dict[str, object]:
    price = cents / 100
    selection = {
        "guid": f"{guid}-line",
        "displayName": "Meal",
        "quantity": 1.0,
        "receiptLinePrice": price,
        "preDiscountPrice": price,
        "price": price,
        "tax": 0,
        "appliedTaxes": [],
        "modifiers": [],
    }
    check = {
        "guid": f"{guid}-check",
        "paymentStatus": "CLOSED",
        "amount": price,
        "taxAmount": 0,
        "totalAmount": price,
        "selections": [selection],
        "payments": [{"guid": f"{guid}-pay", "type": "CASH", "amount": price, "tipAmount": 0}],
    }
    return {
        "guid": guid,
        "entityType": "Order",
        "openedDate": stamp,
        "modifiedDate": stamp,
        "approvalStatus": "APPROVED",
        "voided": False,
        "deleted": False,
        "checks": [check],
    }
