"""Guests as persons: the list, its search and export, and one with all identities."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from models import Connection, Location
from models.session import unit_of_work
from rules.records import RefundRecord
from tests import factories
from tests.factories import guest
from tests.guests import bring, known, match_all, place_in
from tests.merchants import Merchant


@pytest.fixture
def books(owner: Merchant) -> Merchant:
    """Ada, known twice, who bought three times; Bob, known once; and somebody without a name."""
    place_in(owner.connection, "US")
    ada = guest("ada", first_name="Ada", last_name="Obi", email="ada@example.com")
    again = guest("ada again", email="ADA@example.com", phone="(617) 254-0123")
    lines = {"lines": (factories.line(amount="12.50"),)}
    factories.store(
        owner.connection,
        factories.order("o1", customer=ada, business_date=date(2026, 3, 1)),
        factories.order("o2", customer=again, business_date=date(2026, 3, 4), **lines),
        factories.order("o3", factories.at(1), customer=ada, business_date=date(2026, 3, 2)),
        factories.order("void", customer=ada, business_date=date(2026, 3, 9), voided=True),
        factories.order("o4", customer=guest("bob", first_name="Bob", last_name="Núñez")),
        factories.order("o5", customer=guest("nobody", phone="617 254 0199", phone_country="1")),
    )
    match_all(owner.organization_id)
    return owner


def person_id(owner: Merchant, external_id: str) -> int:
    [found] = [c for c in known(owner.organization_id) if c.external_id == external_id]
    assert found.person_id is not None
    return found.person_id


def names(script: FlaskClient, search: str) -> list[Any]:
    answer = script.get("/api/v1/persons", query_string={"search": search}).json
    assert answer is not None
    return [one["name"] for one in answer["items"]]


def test_a_person_is_told_with_all_that_its_customers_are_called_and_bought(
    books: Merchant, script: FlaskClient
) -> None:
    answer = script.get("/api/v1/persons").json
    assert answer is not None
    [ada] = [one for one in answer["items"] if one["name"] == "Ada Obi"]
    assert {**ada, "created_at": None} == {
        "id": person_id(books, "ada"),
        "name": "Ada Obi",
        "emails": ["ada@example.com"],
        "phones": ["+16172540123"],
        "connections": [books.connection.name],
        "customer_count": 2,
        "orders": 3,
        # 10.00 + 12.50 + 10.00; what was voided was not sold.
        "totals": [{"currency": "GBP", "orders": 3, "total": "32.50", "refunded": "0.00"}],
        "last_order_on": "2026-03-04",
        "created_at": None,
    }
    assert len(answer["items"]) == 3


def test_one_person_has_every_identity_and_where_it_bought_last(
    books: Merchant, script: FlaskClient
) -> None:
    one = script.get(f"/api/v1/persons/{person_id(books, 'ada')}").json
    assert one is not None
    assert [
        (c["external_id"], c["email"], c["phone"], c["last_order_on"], c["last_location"])
        for c in one["customers"]
    ] == [
        ("ada", "ada@example.com", None, "2026-03-09", factories.PLACE),
        ("ada again", "ADA@example.com", "+16172540123", "2026-03-04", factories.PLACE),
    ]
    assert one["merged_ids"] == []


def test_customers_say_which_person_they_are(books: Merchant, script: FlaskClient) -> None:
    answer = script.get("/api/v1/customers").json
    assert answer is not None
    ids = {one["external_id"]: one["person_id"] for one in answer["items"]}
    assert ids["ada"] == ids["ada again"] == person_id(books, "ada") != ids["bob"]


def test_one_that_was_merged_leads_to_whom_it_is_now(
    books: Merchant, script: FlaskClient, page: FlaskClient
) -> None:
    ada, bob = person_id(books, "ada"), person_id(books, "bob")
    bring(books.connection, guest("bob", email="ada@example.com"), minutes=5)
    match_all(books.organization_id)
    stays, goes = sorted((ada, bob))
    answer = script.get(f"/api/v1/persons/{goes}").json
    assert answer is not None
    assert (answer["id"], answer["merged_ids"], answer["customer_count"]) == (stays, [goes], 3)
    assert page.get(f"/guests/{goes}").location == f"/guests/{stays}"
    assert f"Guest {goes} turned out to be this one" in page.get(f"/guests/{stays}").text


@pytest.mark.parametrize(
    "search",
    [
        *("ada", "ADA O", "obi", "obi ada", "ada@exam", "ADA@example.com"),
        *("617 254 0123", "(617) 254-01", "+1 617-254-0123", "+1617254012", "617"),
    ],
)
def test_a_person_is_found_by_how_name_email_or_phone_begins(
    books: Merchant, script: FlaskClient, search: str
) -> None:
    assert "Ada Obi" in names(script, search)
    assert "Bob Núñez" not in names(script, search)


def test_accents_needn_t_be_typed_and_what_is_within_a_word_is_not_found(
    books: Merchant, script: FlaskClient
) -> None:
    assert names(script, "nunez") == names(script, "Núñ") == ["Bob Núñez"]
    assert names(script, "unez") == names(script, "%") == names(script, "\U0010ffff") == []


def test_pages_of_the_list_follow_each_other(books: Merchant, script: FlaskClient) -> None:
    seen: list[int] = []
    after = None
    while True:
        query = {"limit": 1} if after is None else {"limit": 1, "after": after}
        answer = script.get("/api/v1/persons", query_string=query).json
        assert answer is not None
        seen += [one["id"] for one in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3


def test_totals_of_two_currencies_are_never_added(
    books: Merchant, script: FlaskClient, page: FlaskClient
) -> None:
    _sells_in(books.connection, "USD")
    ada = guest("ada", email="ada@example.com")
    paid = factories.payment(
        refund=RefundRecord(Decimal(4), Decimal(0), factories.NOON, date(2026, 3, 1))
    )
    factories.store(books.connection, factories.order("o9", customer=ada, payments=(paid,)))
    one = script.get(f"/api/v1/persons/{person_id(books, 'ada')}").json
    assert one is not None
    assert one["totals"] == [
        {"currency": "GBP", "orders": 3, "total": "32.50", "refunded": "0.00"},
        {"currency": "USD", "orders": 1, "total": "10.00", "refunded": "4.00"},
    ]
    rows = list(csv.DictReader(StringIO(page.get("/guests.csv?search=ada").text)))
    assert [(row["name"], row["currency"], row["total"]) for row in rows] == [
        ("Ada Obi", "GBP", "32.50"),
        ("Ada Obi", "USD", "10.00"),
    ]


def test_each_guest_of_an_order_that_was_split_is_told_of_its_own_bills(
    books: Merchant, script: FlaskClient, page: FlaskClient
) -> None:
    ada, eve = guest("ada"), guest("eve", first_name="Eve")
    of_eve = {"check_id": "c2"}
    back = RefundRecord(Decimal(4), Decimal(0), factories.NOON, date(2026, 3, 7))
    split = factories.order(
        "split",
        business_date=date(2026, 3, 7),
        customer=ada,
        checks=(
            factories.check("c1", customer=ada),
            factories.check("c2", 1, customer=eve),
            factories.check("c3", 2, customer=eve),
            # Merged into another one, and voided.
            factories.check("c4", 3, customer=guest("bob"), deleted=True),
            factories.check("c5", 4, customer=guest("nobody"), voided=True),
        ),
        lines=(
            factories.line("l1", amount="7.00", tax="0.70"),
            factories.line("l2", amount="20.00", tax="2.00", **of_eve),
            # A gift card is no sale yet.
            factories.line("l3", amount="50.00", deferred=True, **of_eve),
            factories.line("l4", amount="3.00", check_id="c3"),
        ),
        payments=(
            factories.payment("p1", "7.70"),
            replace(factories.payment("p2", "72.00", refund=back), **of_eve),
        ),
    )
    factories.store(books.connection, split)
    match_all(books.organization_id)
    told = {name: _told(script, person_id(books, name)) for name in ("ada", "eve", "bob", "nobody")}
    assert told == {
        # 32.50 of three orders before, and 7.70.
        "ada": (4, "40.20", "0.00", "2026-03-07"),
        "eve": (1, "25.00", "4.00", "2026-03-07"),
        "bob": (1, "10.00", "0.00", "2026-03-01"),
        "nobody": (1, "10.00", "0.00", "2026-03-01"),
    }
    one = script.get(f"/api/v1/persons/{person_id(books, 'eve')}").json
    assert one is not None
    assert [each["last_order_on"] for each in one["customers"]] == ["2026-03-07"]
    assert 'href="/orders/' in page.get(f"/guests/{person_id(books, 'eve')}").text


def _told(script: FlaskClient, id_: int) -> tuple[int, str, str, str]:
    one = script.get(f"/api/v1/persons/{id_}").json
    assert one is not None
    [total] = one["totals"]
    return one["orders"], total["total"], total["refunded"], one["last_order_on"]


def test_the_page_shows_phones_as_they_are_written_and_leads_to_the_guest(
    books: Merchant, page: FlaskClient
) -> None:
    text = page.get("/guests").text
    assert "+1 617-254-0123" in text
    assert 'aria-current="page">Guests' in text
    # Who has neither name nor e-mail is called by the phone.
    nobody = person_id(books, "nobody")
    assert f'href="/guests/{nobody}">+1 617-254-0199</a>' in text
    one = page.get(f"/guests/{person_id(books, 'ada')}").text
    assert "+1 617-254-0123" in one
    assert "ada again" in one
    assert one.count('href="/orders/') == 4


def test_an_order_leads_to_its_guest(
    books: Merchant, page: FlaskClient, script: FlaskClient
) -> None:
    answer = script.get("/api/v1/orders?search=o4").json
    assert answer is not None
    [order] = answer["items"]
    link = f'href="/guests/{person_id(books, "bob")}"'
    assert link in page.get(f"/orders/{order['id']}").text


def test_the_export_runs_no_formula_that_a_guest_is_called(
    owner: Merchant, page: FlaskClient
) -> None:
    bring(owner.connection, guest("x", first_name="=1+1", email="a@x.com"))
    match_all(owner.organization_id)
    [row] = csv.DictReader(StringIO(page.get("/guests.csv").text))
    assert (row["name"], row["emails"], row["orders"]) == ("'=1+1", "a@x.com", "1")


def test_an_empty_list_says_how_guests_come(owner: Merchant, page: FlaskClient) -> None:
    assert "No guests yet" in page.get("/guests").text
    assert "No guest is called so" in page.get("/guests?search=ada").text
    assert page.get("/guests/1").status_code == 404


def test_nobody_sees_guests_without_signing_in(books: Merchant, client: FlaskClient) -> None:
    for path in ("/guests", "/guests.csv", f"/guests/{person_id(books, 'ada')}"):
        assert client.get(path).location == "/sign-in"
    assert client.get("/api/v1/persons").status_code == 401


def test_the_page_moves_once_a_new_guest_is_matched(
    books: Merchant, signed_in: Callable[[Merchant], FlaskClient]
) -> None:
    browser = signed_in(books)
    before = _live(browser)
    bring(books.connection, guest("eve", email="eve@x.com"))
    waits = _live(browser)
    match_all(books.organization_id)
    assert len({before, waits, _live(browser)}) == 3


def _live(browser: FlaskClient) -> str:
    return browser.get("/guests").text.partition('data-live="')[2].partition('"')[0]


def _sells_in(connection: Connection, currency: str) -> None:
    with unit_of_work() as session:
        session.execute(
            update(Location)
            .where(Location.connection_id == connection.id)
            .values(currency=currency)
        )
