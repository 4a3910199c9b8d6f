"""The first page."""

import re
from datetime import timedelta
from urllib.parse import quote_plus

from flask.testing import FlaskClient
from sqlalchemy import delete, update

from config import clock
from models import Location, StreamCursor, site_list
from models.session import unit_of_work
from tests import factories, merchants
from tests.merchants import Merchant

# Noon of the day that the orders of these tests belong to.
TODAY = factories.NOON


def test_nothing_connected_says_what_to_do(page: FlaskClient, owner: Merchant) -> None:
    with unit_of_work() as session:
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
    assert cell(text, "Parked") == "3"
    assert "2 deliveries are parked" in text
    assert "1 pulled record is parked" in text
    assert f"/parked?connection={quote_plus(owner.connection.name)}" in text


def test_parked_leads_to_pulled_records_when_no_delivery_is(
    page: FlaskClient, owner: Merchant
) -> None:
    merchants.parked_record(owner)
    [address] = re.findall(r'class="alarm" href="([^"?]+)', page.get("/").text)
    assert address == "/parked"


def test_lag_is_the_age_of_the_oldest_watermark(page: FlaskClient, owner: Merchant) -> None:
    watermarks(owner, site_1=7, site_2=3)
    assert cell(page.get("/").text, "Lag") == "7 min"


def test_a_closed_location_does_not_lag(page: FlaskClient, owner: Merchant) -> None:
    watermarks(owner, site_1=70, site_2=3)
    with unit_of_work() as session:
        session.execute(
            update(Location).where(Location.external_id == "site-1").values(archived=True)
        )
    assert cell(page.get("/").text, "Lag") == "3 min"


def test_nothing_is_complete_while_a_location_was_never_read(
    page: FlaskClient, owner: Merchant
) -> None:
    watermarks(owner, site_1=7, site_2=None)
    assert cell(page.get("/").text, "Lag") == "–"


def test_only_sales_lag(page: FlaskClient, owner: Merchant) -> None:
    watermarks(owner, site_1=7)
    with unit_of_work() as session:
        session.add(
            StreamCursor(
                organization_id=owner.organization_id,
                connection_id=owner.connection.id,
                stream="configuration",
                location_external_id="site-1",
                next_due_at=clock.now(),
                watermark=clock.now() - timedelta(hours=1),
                sales=False,
            )
        )
        session.flush()
        (place,) = site_list.locations(session, owner.organization_id).items
    assert cell(page.get("/").text, "Lag") == "7 min"
    assert clock.now() - place["read_until"] < timedelta(minutes=8)


def watermarks(owner: Merchant, **minutes: int | None) -> None:
    """How long ago each site was last read to its end."""
    with unit_of_work() as session:
        session.execute(delete(StreamCursor))
        for name, ago in minutes.items():
            place = name.replace("_", "-")
            if place != "site-1":
                session.add(location(owner, place, "GBP"))
            session.add(
                StreamCursor(
                    organization_id=owner.organization_id,
                    connection_id=owner.connection.id,
                    stream="orders",
                    location_external_id=place,
                    next_due_at=clock.now(),
                    watermark=None if ago is None else clock.now() - timedelta(minutes=ago),
                )
            )


def location(owner: Merchant, place: str, currency: str) -> Location:
    """One more location of the merchant's."""
    return Location(
        organization_id=owner.organization_id,
        connection_id=owner.connection.id,
        external_id=place,
        name=place,
        time_zone="Asia/Tokyo",
        currency=currency,
        closeout_hour=4,
    )


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
    assert counts(text) == ("2", "1", "1", "0")
    assert "53.30" in text


def test_orders_are_those_invoiced_those_due_and_the_rest(
    page: FlaskClient, owner: Merchant
) -> None:
    first, *_ = merchants.take_orders(
        owner,
        *(merchants.rich_order(f"o{n}") for n in range(2)),
        merchants.rich_order("open", state="open"),
        merchants.rich_order("void", voided=True),
    )
    merchants.invoice(first)
    with clock.frozen(TODAY):
        with page.session_transaction() as session:
            session["seen"] = clock.now().timestamp()
        text = page.get("/").text
    assert counts(text) == ("4", "1", "1", "2")
    assert tile(text, "Sales today").startswith("79.95")
    assert "of which 26.65 open or not due" in text
    kinds = ("Orders", "Invoices issued", "Invoices due", "Open or not due")
    assert [tile(text, kind) for kind in kinds] == ["4", "1", "1", "2"]


def test_currencies_are_never_added(page: FlaskClient, owner: Merchant) -> None:
    with unit_of_work() as session:
        session.add(location(owner, "site-2", "JPY"))
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


def counts(text: str) -> tuple[str, ...]:
    """A connection's orders of today, and the kinds that they are made of."""
    kinds = ("Orders", "Invoices issued", "Invoices due", "Open or not due")
    return tuple(cell(text, f"{kind} today") for kind in kinds)


def tile(text: str, label: str) -> str:
    """The words of a figure of today's."""
    [inner] = re.findall(rf"<dt>{label}</dt><dd>(.*?)</dd>", text, re.S)
    return re.sub(r"<[^>]+>", "", inner)


def cell(text: str, label: str) -> str:
    """The words in a connection's cell."""
    [inner] = re.findall(rf'data-label="{label}"[^>]*>(.*?)</td>', text, re.S)
    return re.sub(r"<[^>]+>", "", inner).strip()
