"""Live parts."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import clock
from dashboard import live
from dashboard.live import _follow
from dashboard.seats import Seats
from tests import merchants
from tests.merchants import Merchant

NAMES = ("home", "orders", "invoices", "events", "sync-runs")


@pytest.fixture
def no_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "seats", Seats(0, clock.monotonic))


def parts(browser: FlaskClient, address: str, **more: str) -> Iterator[str]:
    response = browser.get(address, headers=more, buffered=False)
    assert response.mimetype == "text/event-stream"
    try:
        for part in response.response:
            yield part.decode() if isinstance(part, bytes) else part
    finally:
        response.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_begins_with_the_part_as_it_is(
    page: FlaskClient, owner: Merchant, name: str
) -> None:
    stream = parts(page, f"/live/{name}")
    assert next(stream) == "retry: 1000\n\n"
    message = next(stream)
    stream.close()
    assert message.startswith("id: ")
    assert 'data: <section id="part-' in message
    assert message.endswith("\n\n")


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_shows_is_not_sent_again(
    page: FlaskClient, owner: Merchant, name: str
) -> None:
    path = "/" if name == "home" else f"/{name}"
    text = page.get(path).text
    address = text.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    stream = parts(page, address)
    assert [next(stream), next(stream)] == ["retry: 1000\n\n", ":\n\n"]
    stream.close()


def test_a_change_is_sent(page: FlaskClient, owner: Merchant, no_seats: None) -> None:
    [first] = parts(page, "/live/orders")
    pulse = first.partition("id: ")[2].partition("\n")[0]
    assert list(parts(page, "/live/orders", Last_Event_ID=pulse)) == ["retry: 5000\n\n"]
    merchants.take_orders(owner, merchants.rich_order(display_number="4242"))
    [then] = parts(page, "/live/orders", Last_Event_ID=pulse)
    assert "#4242" in then


Change = Callable[[Merchant], object]
CHANGES: dict[str, Change] = {
    "a delivery": lambda owner: merchants.deliver(owner, state="pending"),
    "a pull": merchants.pulled,
    "a status": lambda owner: merchants.standing(owner, "delayed", clock.now()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_kind_of_change_is_noticed(
    page: FlaskClient, owner: Merchant, no_seats: None, change: Change
) -> None:
    [first] = parts(page, "/live/home")
    pulse = first.partition("id: ")[2].partition("\n")[0]
    change(owner)
    [then] = parts(page, "/live/home", Last_Event_ID=pulse)
    assert "data: " in then


def test_an_applied_delivery_and_an_invoice_are_noticed(
    page: FlaskClient, owner: Merchant, no_seats: None
) -> None:
    event_id = merchants.deliver(owner, state="pending")
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    [first] = parts(page, "/live/home")
    pulse = first.partition("id: ")[2].partition("\n")[0]
    with merchants.unit_of_work() as session:
        merchants.inbox.settle(session, {event_id: "o1"})
    [second] = parts(page, "/live/home", Last_Event_ID=pulse)
    assert "data: " in second
    pulse = second.partition("id: ")[2].partition("\n")[0]
    merchants.invoice(order_id)
    [third] = parts(page, "/live/home", Last_Event_ID=pulse)
    assert "INV-000001" in third


def test_beyond_the_seats_a_reader_gets_it_once(
    page: FlaskClient, owner: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "seats", Seats(1, clock.monotonic))
    seated = parts(page, "/live/home")
    next(seated)
    [only] = parts(page, "/live/home")
    assert only.startswith("retry: 5000\n\nid: ")
    seated.close()
    again = parts(page, "/live/home")
    assert next(again) == "retry: 1000\n\n"
    again.close()


def test_filters_hold(page: FlaskClient, owner: Merchant, no_seats: None) -> None:
    merchants.take_orders(
        owner,
        merchants.rich_order("o1", display_number="111"),
        merchants.rich_order("o2", display_number="222"),
    )
    [text] = parts(page, "/live/orders?search=111")
    assert "#111" in text
    assert "#222" not in text


@pytest.mark.parametrize("name", [n for n in NAMES if n != "home"])
def test_an_empty_list_blames_no_filter_that_is_not_there(
    page: FlaskClient, owner: Merchant, no_seats: None, name: str
) -> None:
    [bare] = parts(page, f"/live/{name}?seen=x&sort=")
    assert "these filters" not in bare
    assert "yet</h2>" in bare
    [filtered] = parts(page, f"/live/{name}?seen=x&connection=none")
    assert "these filters" in filtered


@pytest.mark.parametrize(
    "address",
    [
        *("orders?invoice=x", "orders?since=x", "orders?sort=x", "orders?location=x"),
        *("invoices?sort=x", "events?state=x", "sync-runs?status=x"),
    ],
)
def test_a_value_that_no_record_has_is_refused_before_the_stream(
    page: FlaskClient, owner: Merchant, address: str
) -> None:
    assert page.get(f"/live/{address}").status_code == 400


def test_nobody_is_told_to_stop_asking(app: Flask) -> None:
    assert app.test_client().get("/live/home").status_code == 204


def test_a_part_that_is_not_there(page: FlaskClient) -> None:
    assert page.get("/live/secrets").status_code == 404


def test_a_stream_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])

    def pause(seconds: float) -> None:
        now[0] += seconds

    sent = list(_follow(lambda seen: None, "seen", pause))
    assert sent == ["retry: 1000\n\n", *[":\n\n"] * 25]


def test_a_stream_says_what_changed_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(live, "LASTS_S", 3.0)
    pulses = iter([("p1", "one\ntwo"), None, ("p2", "three")])
    asked: list[str | None] = []

    def look(seen: str | None) -> tuple[str, str] | None:
        asked.append(seen)
        return next(pulses)

    def pause(seconds: float) -> None:
        now[0] += seconds

    assert list(_follow(look, None, pause))[1:] == [
        "id: p1\ndata: one\ndata: two\n\n",
        ":\n\n",
        "id: p2\ndata: three\n\n",
    ]
    assert asked == [None, "p1", "p1"]


def test_a_seat_nobody_gave_back_is_free_in_the_end() -> None:
    now = [timedelta(0).total_seconds()]
    seats = Seats(1, lambda: now[0])
    assert seats.take(30) is not None
    assert seats.take(30) is None
    now[0] = 31
    assert seats.take(30) is not None
