"""The first page."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.datastructures import MultiDict

from config import clock
from dashboard.access import Visitor
from dashboard.pages import home
from models import InboxEvent, JobSlot, Location, Order, StreamCursor, job_slot
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


def test_a_silent_beat_is_told_with_since_when_and_the_next_step(
    page: FlaskClient, owner: Merchant
) -> None:
    last = clock.now() - timedelta(seconds=30)
    beat(last)
    assert "part-overdue" not in page.get("/").text
    forget_beats()
    beat(last - timedelta(seconds=40))
    told = notice(page.get("/").text)
    assert "Work has stopped" in told
    assert "Nothing has been fetched from the platforms since" in told
    assert f"{last - timedelta(seconds=40):%H:%M:%S}" in told
    assert "taxpoynt doctor" in told
    assert "Deliveries" not in told


def test_a_beat_that_never_rang_gets_a_minute(page: FlaskClient, owner: Merchant) -> None:
    assert "part-overdue" not in page.get("/").text
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert "Work has stopped" in notice(page.get("/").text)


def test_deliveries_that_nobody_takes_up_are_told_in_words(
    page: FlaskClient, owner: Merchant
) -> None:
    merchants.deliver(owner, state="pending")
    beat(clock.now())
    assert "overdue" not in page.get("/").text
    with clock.frozen(clock.now() + timedelta(seconds=90)):
        beat(clock.now())
        text = page.get("/").text
    assert "Some work has stopped" in notice(text)
    assert "Deliveries have waited since" in notice(text)
    assert "fetched" not in notice(text)
    assert cell(text, "Waiting").startswith("1 overdue oldest ")


def test_deliveries_that_are_worked_off_are_behind_not_stopped(
    page: FlaskClient, owner: Merchant
) -> None:
    handled = merchants.deliver(owner, state="done")
    merchants.deliver(owner, state="pending")
    for ago, words in (
        (30, ("Work is behind", "They are being worked off.")),
        (70, ("Some work has stopped", "none is lost.")),
    ):
        with clock.frozen(clock.now() + timedelta(seconds=90)):
            beat(clock.now())
            with unit_of_work() as session:
                session.get_one(InboxEvent, handled).handled_at = clock.now() - timedelta(
                    seconds=ago
                )
            told = notice(page.get("/").text)
        assert all(word in told for word in words), told
        assert ("doctor" in told) is (ago == 70)


def test_with_a_silent_beat_work_has_stopped_whatever_was_done_lately(
    page: FlaskClient, owner: Merchant
) -> None:
    handled = merchants.deliver(owner, state="done")
    merchants.deliver(owner, state="pending")
    with clock.frozen(clock.now() + timedelta(seconds=90)):
        with unit_of_work() as session:
            session.get_one(InboxEvent, handled).handled_at = clock.now()
        told = notice(page.get("/").text)
    assert "Work has stopped" in told
    assert "worked off" not in told


def test_a_delivery_that_is_to_be_tried_later_is_not_overdue(
    page: FlaskClient, owner: Merchant
) -> None:
    later = clock.now() + timedelta(minutes=2)
    event_id = merchants.deliver(owner, state="pending")
    with unit_of_work() as session:
        session.execute(
            update(InboxEvent).where(InboxEvent.id == event_id).values(next_attempt_at=later)
        )
    with clock.frozen(later):
        beat(later)
        assert "overdue" not in page.get("/").text


def test_sales_that_nobody_invoices_are_told(page: FlaskClient, owner: Merchant) -> None:
    merchants.take_orders(owner, merchants.rich_order("o1"))
    for minutes, told in ((4, False), (6, True)):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            beat(clock.now())
            assert ("Sales have waited for their invoice" in page.get("/").text) is told


def test_sales_that_are_invoiced_one_after_another_are_behind_not_stopped(
    page: FlaskClient, owner: Merchant
) -> None:
    first, second = merchants.take_orders(
        owner, merchants.rich_order("o1"), merchants.rich_order("o2")
    )
    with unit_of_work() as session:
        session.get_one(Order, second).applied_at -= timedelta(minutes=6)
    merchants.invoice(first)
    for seconds, words in ((30, "Work is behind"), (70, "Some work has stopped")):
        with clock.frozen(clock.now() + timedelta(seconds=seconds)):
            beat(clock.now())
            told = notice(page.get("/").text)
        assert words in told
        assert "Sales have waited for their invoice" in told
        assert ("being issued" in told) is (seconds == 30)


def test_what_becomes_overdue_reaches_a_page_that_is_open(
    page: FlaskClient, owner: Merchant
) -> None:
    beat(clock.now())
    visitor = Visitor(owner.organization_id, "Ours", "Ola")
    with unit_of_work() as session:
        seen = home.pulse(session, visitor, MultiDict())
        assert home.pulse(session, visitor, MultiDict()) == seen
        with clock.frozen(clock.now() + timedelta(seconds=61)):
            late = home.pulse(session, visitor, MultiDict())
        assert late != seen
        with clock.frozen(clock.now() + timedelta(seconds=90)):
            assert home.pulse(session, visitor, MultiDict()) == late


def beat(at: datetime) -> None:
    """A ring that a worker heard."""
    with unit_of_work() as session:
        job_slot.take(session, "sync.due", at)


def forget_beats() -> None:
    with unit_of_work() as session:
        session.execute(delete(JobSlot))


def notice(text: str) -> str:
    """The words of the notice above everything else that lives."""
    [inner] = re.findall(r'<section id="part-overdue".*?</section>', text, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", inner))


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
