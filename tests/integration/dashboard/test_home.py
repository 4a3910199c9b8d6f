"""The first page."""

from datetime import timedelta

from flask.testing import FlaskClient

from config import clock
from tests import factories, merchants
from tests.merchants import Merchant

# Noon of the day that the orders of these tests belong to.
TODAY = factories.NOON


def test_nothing_connected_says_what_to_do(page: FlaskClient, owner: Merchant) -> None:
    with merchants.unit_of_work() as session:
        session.delete(owner.connection)
    assert "taxpoynt connect" in page.get("/").text


def test_a_connection_says_how_it_is_doing(page: FlaskClient, owner: Merchant) -> None:
    merchants.deliver(owner, state="pending")
    merchants.deliver(owner, state="parked")
    merchants.deliver(owner, state="parked")
    merchants.parked_record(owner)
    merchants.standing(
        owner,
        "needs attention",
        clock.now(),
        last_success_at=clock.now() - timedelta(hours=3),
        status_reason="Toast no longer accepts the secret.",
        next_step="Connect it again.",
    )
    text = page.get("/").text
    assert "needs attention" in text
    assert "3 h ago" in text
    assert "Toast no longer accepts the secret." in text
    assert "Connect it again." in text
    assert cell(text, "Waiting") == "1"
    assert cell(text, "Failed") == "3"
    assert "2 deliveries were set aside" in text


def test_lag_is_the_age_of_the_oldest_watermark(page: FlaskClient, owner: Merchant) -> None:
    from sqlalchemy import update

    from models import StreamCursor

    with merchants.unit_of_work() as session:
        session.execute(update(StreamCursor).values(watermark=clock.now() - timedelta(minutes=7)))
    assert cell(page.get("/").text, "Lag") == "7 min"


def test_today_is_the_locations_business_date(page: FlaskClient, owner: Merchant) -> None:
    first, _ = merchants.take_orders(owner, merchants.rich_order("o1"), merchants.rich_order("o2"))
    yesterday = TODAY.date() - timedelta(days=1)
    merchants.take_orders(owner, merchants.rich_order("o3", business_date=yesterday))
    merchants.invoice(first)
    with clock.frozen(TODAY + timedelta(hours=15)):
        # 03:00 in London; the day ends at 04:00.
        with page.session_transaction() as session:
            session["seen"] = clock.now().timestamp()
        text = page.get("/").text
    assert (cell(text, "Orders today"), cell(text, "Issued"), cell(text, "Invoices due")) == (
        "2",
        "1",
        "1",
    )
    assert "53.30" in text


def test_currencies_are_never_added(page: FlaskClient, owner: Merchant) -> None:
    from models import Location

    with merchants.unit_of_work() as session:
        session.add(
            Location(
                organization_id=owner.organization_id,
                connection_id=owner.connection.id,
                external_id="site-2",
                name="Tokyo",
                time_zone="Asia/Tokyo",
                currency="JPY",
                closeout_hour=4,
            )
        )
    merchants.take_orders(
        owner,
        factories.order("o1", lines=(factories.line(amount="10.00"),)),
        factories.order("o2", location_id="site-2", lines=(factories.line(amount="3200"),)),
    )
    with clock.frozen(TODAY):
        with page.session_transaction() as session:
            session["seen"] = clock.now().timestamp()
        text = page.get("/").text
    assert '10.00<span class="currency">GBP' in text
    assert '3,200<span class="currency">JPY' in text
    assert "3,210" not in text


def cell(text: str, label: str) -> str:
    """The words in a connection's cell."""
    import re

    [inner] = re.findall(rf'data-label="{label}"[^>]*>(.*?)</td>', text, re.S)
    return re.sub(r"<[^>]+>", "", inner).strip()
