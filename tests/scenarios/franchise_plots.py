"""What can become of an order: who orders what, and what happens to it how much later.

A plot is an order as it is rung up and what is done to it, each by minutes after it was opened.
Whatever is said to be refunded is so more than a day later: on a business day of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.toast.kitchen import delivery_fee, gratuity
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Charge, Check, Discount, Line, Order

NEXT_DAY = 26 * 60.0
# Minutes after the opening, and a mutation as the control address takes it.
Happening = tuple[float, dict[str, Any]]


@dataclass(frozen=True)
class Plot:
    """An order and its mutations; `merged` is another that is merged into it after so long.

    `ready_after` tells the ordering channel that its guest's order is done, by minutes.
    """

    order: Order
    happens: Sequence[Happening] = ()
    merged: tuple[float, Order] | None = None
    ready_after: float | None = None
    wasted: bool = False


@dataclass(frozen=True)
class Setting:
    """Where a plot plays: the restaurant, the guid of its order and the instant it is opened."""

    place: Restaurant
    guid: str
    opened_ms: int

    def lines(self, *numbers: int, quantity: int = 1, extras: int = 0) -> list[Line]:
        """Dishes of the card by their place on it."""
        return [dishes(self.place)[number].line(quantity, extras) for number in numbers]

    def order(self, *checks: Check, **facts: Any) -> Order:
        """An order as of its opening."""
        number = self.guid[:4]
        whole = {"guid": self.guid, "number": number, "opened_ms": self.opened_ms, **facts}
        return Order(checks=list(checks), modified_ms=self.opened_ms, **whole)

    def line_guid(self, number: int) -> str:
        """The guid of a line of the first check."""
        return named_guid(named_guid(self.guid, "check", 0), number)

    @property
    def is_odd(self) -> bool:
        """One of two outcomes, by the guid."""
        return int(self.guid[-1], 16) % 2 == 1

    @property
    def some_cents(self) -> int:
        """Less than anything on the card."""
        return 30_000 if self.place.currency == "NGN" else 200


def _cash(**facts: Any) -> dict[str, Any]:
    return {"do": "pay", "payment": {"kind": "CASH", **facts}}


def _card(**facts: Any) -> dict[str, Any]:
    """A card, captured when the day is closed out."""
    payment = {"kind": "CREDIT", "status": "AUTHORIZED", "card_type": "VISA", "last4": "4242"}
    return {"do": "pay", "payment": payment, **facts}


def discounted_then_refunded_a_custom_amount(at: Setting) -> Plot:
    lines = [*at.lines(0, quantity=2, extras=2), *at.lines(6)]
    lines[0].discounts.append(Discount(name="Happy Hour", percent=10))
    back = {"do": "refund", "amount_cents": at.some_cents}
    return Plot(at.order(Check(lines=lines)), [(20, _cash()), (NEXT_DAY, back)])


def tip_adjusted_then_an_item_refunded(at: Setting) -> Plot:
    tip = {"do": "tip", "tip_cents": at.some_cents}
    back = {"do": "refund", "lines": [at.line_guid(0)], "tip_cents": at.some_cents // 2}
    happens: list[Happening] = [(30, _card()), (50, tip), (NEXT_DAY, back)]
    return Plot(at.order(Check(lines=at.lines(1, 3, extras=1))), happens)


def split_between_three_tenders(at: Setting) -> Plot:
    check = Check(lines=at.lines(0, 2), discounts=[Discount(name="Neighbours", percent=15)])
    item = _given(at.lines(5, extras=1)[0])
    some = at.some_cents
    gift = {"do": "pay", "payment": {"kind": "GIFTCARD", "amount_cents": some}}
    happens: list[Happening] = [
        (15, {"do": "add_item", "item": item}),
        (25, _cash(amount_cents=some, tendered_cents=2 * some)),
        (26, gift),
        (27, _card()),
    ]
    return Plot(at.order(check, guests=4), happens)


def an_item_struck_out(at: Setting) -> Plot:
    voucher = {"do": "pay", "payment": {"kind": "OTHER", "other": "Meal Voucher"}}
    struck = {"do": "void_item", "line": at.line_guid(1), "reason": "Spilled"}
    return Plot(at.order(Check(lines=at.lines(3, 4, 7))), [(5, struck), (20, voucher)])


def one_of_two_bills_struck_out(at: Setting) -> Plot:
    checks = Check(lines=at.lines(1)), Check(lines=at.lines(2, 6))
    gone = {"do": "void_check", "check": 1, "reason": "Walked out"}
    return Plot(at.order(*checks, guests=2), [(10, gone), (12, _cash())])


def two_tables_pushed_together(at: Setting) -> Plot:
    other = Setting(at.place, named_guid(at.guid, "the other table"), at.opened_ms)
    merged = other.order(Check(lines=other.lines(2)), guests=3)
    happens: list[Happening] = [(30, _cash()), (31, {**_card(), "check": 1})]
    return Plot(at.order(Check(lines=at.lines(5))), happens, merged=(15, merged))


def the_rest_paid_the_next_day_or_never(at: Setting) -> Plot:
    happens: list[Happening] = [(20, _cash(amount_cents=at.some_cents))]
    if at.is_odd:
        happens.append((NEXT_DAY, _card()))
    return Plot(at.order(Check(lines=at.lines(3))), happens)


def a_payment_struck_out_and_made_anew(at: Setting) -> Plot:
    happens: list[Happening] = [
        (20, _cash()),
        (22, {"do": "void_payment", "reason": "Wrong bill"}),
        (25, _card()),
    ]
    return Plot(at.order(Check(lines=at.lines(4, 4))), happens)


def a_gift_card_sold_with_a_meal(at: Setting) -> Plot:
    card = {"do": "sell_card", "cents": 10 * at.some_cents}
    happens: list[Happening] = [(3, card), (10, _cash())]
    if at.is_odd:
        happens.append((NEXT_DAY, {"do": "refund", "lines": [at.line_guid(1)]}))
    return Plot(at.order(Check(lines=at.lines(2))), happens)


def promised_for_another_day_with_a_deposit(at: Setting) -> Plot:
    promised_ms = at.opened_ms + round(NEXT_DAY * 60_000)
    order = at.order(Check(lines=at.lines(0, quantity=3)), promised_ms=promised_ms)
    item = _given(at.lines(6)[0])
    happens: list[Happening] = [
        (2, _cash(amount_cents=at.some_cents)),
        (NEXT_DAY + 10, {"do": "add_item", "item": item}),
        (NEXT_DAY + 20, _card()),
    ]
    return Plot(order, happens)


def rung_up_in_test_mode(at: Setting) -> Plot:
    return Plot(at.order(Check(lines=at.lines(1)), test_mode=True), [(10, _cash())])


def sold_by_a_marketplace_that_remits_the_tax(at: Setting) -> Plot:
    check = Check(lines=at.lines(1, 5), charges=[delivery_fee(at.place)], facilitated=True)
    channel = named_guid("channel", "a marketplace")
    order = at.order(check, dining="Delivery", source="API", channel_guid=channel)
    paid = {"do": "pay", "payment": {"kind": "OTHER", "other": "Marketplace"}}
    back = {"do": "refund", "lines": [at.line_guid(0)]}
    happens: list[Happening] = [(1, _card()), (NEXT_DAY, back)] if at.is_odd else [(1, paid)]
    return Plot(order, happens, ready_after=40)


def reopened_the_next_day(at: Setting) -> Plot:
    item = _given(at.lines(6)[0])
    happens: list[Happening] = [
        (20, _card()),
        (NEXT_DAY, {"do": "reopen"}),
        (NEXT_DAY + 1, {"do": "add_item", "item": item}),
        (NEXT_DAY + 5, _cash()),
    ]
    return Plot(at.order(Check(lines=at.lines(2, 3))), happens)


def struck_out_as_a_whole(at: Setting) -> Plot:
    gone = {"do": "void_order", "reason": "Kitchen closed"}
    return Plot(at.order(Check(lines=at.lines(4))), [(10, _card()), (20, gone)])


def every_charge_then_refunded_as_a_whole(at: Setting) -> Plot:
    fund = Charge(
        name="School Fund", amount_cents=100, category="FUNDRAISING_CAMPAIGN", pre_discount=None
    )
    charges = [gratuity(), delivery_fee(at.place), fund]
    check = Check(lines=at.lines(8, 1), charges=charges)
    happens: list[Happening] = [(20, _card(surcharge_percent=3))]
    if at.is_odd:
        happens.append((NEXT_DAY, {"do": "refund"}))
    return Plot(at.order(check), happens)


def exempt_and_an_account_settled(at: Setting) -> Plot:
    settled = {"do": "pay_balance", "cents": 25 * at.some_cents}
    check = Check(lines=at.lines(3, 7), tax_exempt=True)
    happens: list[Happening] = [
        (5, settled),
        (10, _cash(amount_cents=at.some_cents)),
        (12, _rounded()),
    ]
    return Plot(at.order(check), happens)


def thrown_away(at: Setting) -> Plot:
    return Plot(at.order(Check(lines=at.lines(0, 6))), wasted=True)


def _rounded() -> dict[str, Any]:
    return {**_cash(), "round_to_cents": 5}


def _given(line: Line) -> dict[str, Any]:
    """A line as the control address takes it."""
    return {
        "name": line.name,
        "price_cents": line.price_cents,
        "group": line.group,
        "modifiers": [{"name": m.name, "price_cents": m.price_cents} for m in line.modifiers],
    }


PLOTS: tuple[Callable[[Setting], Plot], ...] = (
    discounted_then_refunded_a_custom_amount,
    tip_adjusted_then_an_item_refunded,
    split_between_three_tenders,
    an_item_struck_out,
    one_of_two_bills_struck_out,
    two_tables_pushed_together,
    the_rest_paid_the_next_day_or_never,
    a_payment_struck_out_and_made_anew,
    a_gift_card_sold_with_a_meal,
    promised_for_another_day_with_a_deposit,
    rung_up_in_test_mode,
    sold_by_a_marketplace_that_remits_the_tax,
    reopened_the_next_day,
    struck_out_as_a_whole,
    every_charge_then_refunded_as_a_whole,
    exempt_and_an_account_settled,
    thrown_away,
)
