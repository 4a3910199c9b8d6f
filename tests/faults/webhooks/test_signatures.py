"""Who may deliver: 401 only when no active secret matches, whatever the clock says."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from models import Connection, connections
from models.session import unit_of_work
from tests.deliveries import SECRET, delivery
from tests.faults.at_work import AtWork
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.faults.webhooks.altered import altered, signed_by
from tests.waiting import until

OLD, NEW, MENUS = SECRET, "whsec-its-successor", "whsec-of-menus"


def _give(at: Merchant, secret: Any) -> None:
    """Other webhook secrets, as connecting again gives them."""
    with unit_of_work() as session:
        row = session.get_one(Connection, at.connection_id)
        kept = connections.unseal(row.secrets)
        row.secrets = connections.seal({**kept, "webhook_secret": secret})


def test_what_fits_no_secret_is_401_and_leaves_no_trace(work: AtWork) -> None:
    at, history = merchant("badly signed"), History()
    platform = work.platform(at, history)
    good = delivery(0, 0, at.restaurant)
    again = json.dumps(json.loads(good.body), separators=(",", ":")).encode()
    bad = [
        delivery(1, 0, at.restaurant, good=False),
        replace(good, event="reserialised", body=again, good=False),
        replace(good, event="one byte more", body=good.body + b" ", good=False),
        replace(good, event="not signed", signature="", good=False),
        replace(good, event="not base64", signature="\u00e9 no!", good=False),
    ]
    assert {platform.deliver(one) for one in bad} == {401}
    # The very same bytes as they were signed are taken.
    assert platform.deliver(good) == 202
    work.settled(at, history)


@pytest.mark.parametrize("minutes", [-10, 10, -60 * 24 * 20])
def test_a_timestamp_far_from_our_clock_is_no_reason_to_drop_an_order(
    work: AtWork, minutes: int
) -> None:
    # What is refused is gone for good; what is sent again has one effect all the same.
    at, history = merchant(f"{minutes} minutes off"), History()
    stamp = (clock.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    one = altered(delivery(0, 0, at.restaurant), lambda envelope: envelope.update(timestamp=stamp))
    assert work.platform(at, history).deliver(one) == 202
    work.settled(at, history)


def test_while_a_secret_is_replaced_both_sign_and_then_the_new_one_alone(work: AtWork) -> None:
    at, history = merchant("replaces its secret"), History()
    platform = work.platform(at, history)

    def send(number: int, secret: str, *, good: bool = True) -> int:
        one = replace(signed_by(delivery(number, 0, at.restaurant), secret), good=good)
        return platform.deliver(one)

    assert (send(0, OLD), send(1, NEW, good=False)) == (202, 401)
    _give(at, [NEW, OLD])
    # A bad signature just before keeps a process of the web from looking again for a second.
    until(lambda: {send(1, NEW) for _ in range(20)} == {202}, what="the new secret to be known")
    assert (send(2, OLD), send(3, NEW)) == (202, 202)
    _give(at, NEW)
    numbers = iter(range(4, 1000))
    until(lambda: send(next(numbers), OLD) == 401, what="the old secret to be forgotten")
    assert send(next(numbers), NEW) == 202
    for one in history.sent.values():
        # The last word on each: what was refused for its secret was never taken in.
        history.sent[one.event] = replace(one, good=one.event in history.accepted)
    work.settled(at, history)


def test_each_category_may_have_secrets_of_its_own(work: AtWork) -> None:
    at, history = merchant("a secret a category"), History()
    _give(at, {"order_updated": [NEW, OLD], "menus_updated": MENUS})
    platform = work.platform(at, history)
    for number, secret in enumerate((OLD, NEW, MENUS)):
        assert platform.deliver(signed_by(delivery(number, 0, at.restaurant), secret)) == 202
    stranger = signed_by(delivery(9, 0, at.restaurant), "whsec-of-nobody")
    assert platform.deliver(replace(stranger, good=False)) == 401
    work.settled(at, history)
