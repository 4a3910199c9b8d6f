"""What the first page says of work that has stopped or is behind."""

import re
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.datastructures import MultiDict

from config import clock
from dashboard.access import Visitor
from dashboard.pages import home
from models import InboxEvent, JobSlot, Order
from models.session import unit_of_work
from tests import merchants
from tests.merchants import Merchant


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


def test_a_beat_that_is_silent_since_the_clock_was_set_back_is_told(
    page: FlaskClient, owner: Merchant
) -> None:
    beat(clock.now() + timedelta(seconds=30))
    assert "part-overdue" not in page.get("/").text
    beat(clock.now() + timedelta(hours=1))
    told = notice(page.get("/").text)
    assert "Work has stopped" in told
    assert "since the clock was set back." in told


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
    assert "1 overdue oldest " in re.sub(r"<[^>]+>", "", text)


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
        session.merge(JobSlot(job="sync.due", scheduled_for=at))


def forget_beats() -> None:
    with unit_of_work() as session:
        session.execute(delete(JobSlot))


def notice(text: str) -> str:
    """The words of the notice above everything else that lives."""
    [inner] = re.findall(r'<section id="part-overdue".*?</section>', text, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", inner))
