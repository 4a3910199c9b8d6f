"""What an order's page calls the things that the order points at."""

from flask.testing import FlaskClient

from tests import factories, merchants
from tests.integration.dashboard.test_order_facts import LATER, text_of
from tests.merchants import Merchant
from tests.telling import configured, tell


def test_the_page_says_where_it_was_sold_why_it_was_voided_and_what_it_was_paid_with(
    page: FlaskClient, owner: Merchant
) -> None:
    tell(
        owner.connection,
        configured("d1", "Take out"),
        configured("c1", "Patio", kind="revenue center"),
        configured("v1", "Spilled", kind="void reason"),
        configured("v2", "Entered twice", kind="void reason"),
        configured("t1", "Meal Voucher", kind="payment type"),
    )
    gone = {"voided": True, "void_business_date": LATER, "void_reason_id": "v1"}
    undone = {"counts": False, "void_business_date": LATER, "void_reason_id": "v2"}
    [order_id] = merchants.take_orders(
        owner,
        factories.order(
            dining_option_id="d1",
            revenue_center_id="c1",
            table_id="never told",
            lines=(factories.line(), factories.line("l2", **gone)),
            payments=(
                factories.payment("p1", alternate_type_id="t1"),
                factories.payment("p2", **undone),
            ),
        ),
    )
    text = text_of(page.get(f"/orders/{order_id}").text)
    assert "Dining option Take out" in text
    assert "Revenue center Patio" in text
    assert "voided 2 Mar 2026 Spilled" in text
    assert "voided 2 Mar 2026 Entered twice" in text
    assert "CASH Meal Voucher" in text
    # What nobody named is left out rather than shown as an id.
    assert "Table" not in text
