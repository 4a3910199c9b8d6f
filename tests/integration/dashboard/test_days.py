"""Days of locations: the list, one of them, and their sums."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from models.session import unit_of_work
from rules.records import RefundedPart
from tests import factories, merchants
from tests.integration.models.days import MONDAY, SUNDAY, bill, paid, refund, sold
from tests.merchants import Merchant


@pytest.fixture
def place(owner: Merchant) -> int:
    """A site of a brand. On Sunday 11.00 was sold and paid, on Monday 22.00, of which 0.03 lack.

    4.00 of Sunday's went back on Monday, and 5.00 was taken on Sunday for Monday.
    """
    deposit = (paid("5.00", SUNDAY, external_id="p1"), paid("5.97", external_id="p2", tip="1.00"))
    card = replace(paid("11.00", SUNDAY, refund=refund("4.00", MONDAY)), tender="CREDIT")
    merchants.take_orders(
        owner,
        sold("o1", SUNDAY, payments=(card,)),
        sold("o2", payments=deposit),
        sold("o3", payments=(paid("11.00"),)),
    )
    with unit_of_work() as session:
        session.execute(text("UPDATE locations SET brand = 'Bukka', group_external_id = 'north'"))
    return merchants.tallied(owner)


def cells(page: str) -> str:
    """A page as one reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_day_is_listed_with_what_it_came_to(page: FlaskClient, place: int) -> None:
    text_ = page.get("/days").text
    found = re.findall(rf'href="/days/{place}/([\d-]+)"', text_)
    assert found == [str(MONDAY), str(SUNDAY)]
    rows = cells(text_)
    assert re.search(r"2 20\.00 2\.00 22\.00 GBP 16\.97 0\.00 0\.03 not explained", rows)
    assert re.search(r"1 10\.00 1\.00 11\.00 GBP 16\.00 0\.00 –", rows)


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        ("sort=business_date", [SUNDAY, MONDAY]),
        (f"since={MONDAY}", [MONDAY]),
        (f"until={SUNDAY}", [SUNDAY]),
        ("brand=Bukka", [MONDAY, SUNDAY]),
        ("brand=Suya", []),
        ("group=north", [MONDAY, SUNDAY]),
        ("group=south", []),
        ("location=987654", []),
        ("connection=nobody's", []),
    ],
)
def test_filters_and_order(page: FlaskClient, place: int, query: str, dates: list[date]) -> None:
    text_ = page.get(f"/days?{query}").text
    assert re.findall(r'href="/days/\d+/([\d-]+)"', text_) == [str(on) for on in dates]
    assert bool(dates) or "No day fits these filters." in text_


@pytest.mark.parametrize("query", ["since=tomorrow", "sort=net", "location=x", "after=zzz"])
def test_what_cannot_be_read_is_said(page: FlaskClient, place: int, query: str) -> None:
    assert page.get(f"/days?{query}").status_code == 400


@pytest.mark.parametrize("query", ["by=moon", "since=tomorrow"])
def test_nor_can_days_be_summed_up_by_anything(page: FlaskClient, place: int, query: str) -> None:
    assert page.get(f"/rollup?{query}").status_code == 400


def test_csv_holds_all_figures(page: FlaskClient, place: int) -> None:
    response = page.get(f"/days.csv?since={MONDAY}")
    assert response.headers["Content-Disposition"] == "attachment; filename=days.csv"
    [row] = csv.DictReader(io.StringIO(response.text))
    assert (row["business_date"], row["brand"], row["orders"]) == ("2026-03-02", "Bukka", "2")
    wanted = {
        **{"net": "20.00", "due": "22.00", "paid_before": "5.00", "paid_that_day": "16.97"},
        **{"unexplained": "0.03", "tips": "1.00", "refunded_net": "4.00", "collected": "16.97"},
    }
    assert {name: row[name] for name in wanted} == wanted


def test_a_statement_adds_up(page: FlaskClient, place: int) -> None:
    text_ = page.get(f"/days/{place}/{MONDAY}").text
    shown = cells(text_)
    for line in (
        "0.03 GBP not explained in 1 order.",
        "Gross sales 20.00 GBP less discounts 0.00 GBP Net sales 20.00 GBP",
        "Before 5.00 GBP That day 16.97 GBP Afterwards 0.00 GBP Still open 0.00 GBP "
        "Not explained 0.03 GBP Due 22.00 GBP",
        "For later dates 0.00 GBP For earlier dates 0.00 GBP Collected 16.97 GBP",
        "Tips 1.00 GBP less refunds −4.00 GBP All tenders 13.97 GBP",
        "Refunds 4.00 GBP",
        # Of the card that was charged the day before.
        "CASH 2 16.97 1.00 0.00 17.97",
        "CREDIT 0 0.00 0.00 −4.00 −4.00",
        "All tenders 2 16.97 1.00 −4.00 13.97 GBP",
        "2 orders",
    ):
        assert line in shown, line
    assert f'href="/orders?location={place}&amp;since={MONDAY}&amp;until={MONDAY}"' in text_
    assert "Tenders come to" not in shown
    assert "counted anew" not in shown
    sunday = cells(page.get(f"/days/{place}/{SUNDAY}").text)
    assert "For later dates 5.00 GBP" in sunday
    assert "not explained." not in sunday


def test_orders_that_do_not_add_up_are_told_one_by_one(page: FlaskClient, owner: Merchant) -> None:
    stated = bill(amount=Decimal("9.99"))
    ids = merchants.take_orders(
        owner,
        sold("right", payments=(paid("11.00"),)),
        sold("states another amount", checks=(stated,), payments=(paid("11.00"),)),
        sold("lacks five", payments=(paid("6.00"),)),
        sold("has five too much", payments=(paid("16.00"),), display_number="77"),
        sold("voided and paid", voided=True, payments=(paid("12.00"),)),
    )
    place = merchants.tallied(owner)
    text_ = page.get(f"/days/{place}/{MONDAY}").text
    shown = cells(text_)
    assert "−12.00 GBP not explained in 3 orders." in shown
    assert "3 bills don't tie." in shown
    assert re.findall(r'href="/orders/(\d+)"', text_) == [str(ids[n]) for n in (4, 2, 3, 1)]
    assert "#voided a voided −12.00 – #lacks fi 5.00 1 bill doesn't tie #77 −5.00 1 bill" in shown
    assert "#states a – 1 bill doesn't tie" in shown
    [row] = csv.DictReader(io.StringIO(page.get(f"/days.csv?since={MONDAY}&until={MONDAY}").text))
    assert (row["unexplained_orders"], row["untied_checks"]) == ("3", "3")


def test_a_cent_that_is_rounding_is_no_fault(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, sold("o1", payments=(paid("10.99"),)))
    place = merchants.tallied(owner)
    shown = cells(page.get(f"/days/{place}/{MONDAY}").text)
    assert "Still open 0.00 GBP Rounding 0.01 GBP Not explained 0.00 GBP Due 11.00 GBP" in shown
    assert "not explained in" not in shown
    for address in ("/days", f"/rollup?since={MONDAY}"):
        assert "– 0.01 rounding" in cells(page.get(address).text)
    [row] = csv.DictReader(io.StringIO(page.get("/days.csv").text))
    assert (row["rounding"], row["unexplained"]) == ("0.01", "0.00")
    order = cells(page.get(f"/orders/{order_id}").text)
    assert "0.01 GBP less was paid than is due: rounding." in order
    assert "The till counts it as settled" not in order


def test_tax_given_back_that_the_marketplace_remits_is_told(
    page: FlaskClient, script: FlaskClient, owner: Merchant
) -> None:
    back = (RefundedPart("r1", Decimal(10), Decimal(1)),)
    card = paid("11.00", SUNDAY, refund=refund("11.00", MONDAY))
    rate = factories.tax("1.00", line_id="l1", remitted_by_marketplace=True)
    lines = (factories.line("l1", "10.00", "1.00", refunds=back),)
    [order_id] = merchants.take_orders(
        owner, sold("o1", SUNDAY, lines=lines, taxes=(rate,), payments=(card,))
    )
    place = merchants.tallied(owner)
    shown = cells(page.get(f"/days/{place}/{MONDAY}").text)
    assert "Tax 1.00 GBP of which the marketplace remits 1.00 GBP Gratuities 0.00 GBP" in shown
    [row] = csv.DictReader(io.StringIO(page.get(f"/days.csv?since={MONDAY}").text))
    assert (row["refunded_tax"], row["refunded_marketplace_tax"]) == ("1.00", "1.00")
    assert "tax 1.00 remitted by the marketplace" in cells(page.get(f"/orders/{order_id}").text)
    order = script.get(f"/api/v1/orders/{order_id}").json
    assert order is not None
    assert order["refunds"][0]["marketplace_tax"] == "1.00"
    for path in (f"days?since={MONDAY}", f"rollup?since={MONDAY}"):
        told = script.get(f"/api/v1/analytics/{path}").json
        assert told is not None
        assert told["items"][0]["refunded_marketplace_tax"] == "1.00"


def test_a_day_that_is_about_to_change_says_so(
    page: FlaskClient, owner: Merchant, place: int
) -> None:
    merchants.take_orders(owner, sold("o4", payments=(paid("11.00"),)))
    shown = cells(page.get(f"/days/{place}/{MONDAY}").text)
    assert "Something of this day changed" in shown
    # The tenders are as of now already: nothing is wrong with that.
    assert "Tenders come to" not in shown
    tomorrow = MONDAY + timedelta(days=1)
    merchants.take_orders(owner, sold("o5", tomorrow))
    assert "It is being counted." in page.get(f"/days/{place}/{tomorrow}").text


def test_a_day_without_anything(page: FlaskClient, place: int) -> None:
    response = page.get(f"/days/{place}/2020-01-01")
    assert response.status_code == 200
    assert "Nothing was sold, taken or given back here" in response.text


@pytest.mark.parametrize("path", ["987654/2026-03-02", "{place}/yesterday", "0/2026-03-02"])
def test_a_day_that_cannot_be(page: FlaskClient, place: int, path: str) -> None:
    assert page.get(f"/days/{path.format(place=place)}").status_code == 404


def test_sums_by_brand_lead_to_their_days(page: FlaskClient, place: int) -> None:
    text_ = page.get(f"/rollup?by=brand&since={SUNDAY}&until={MONDAY}").text
    assert re.search(
        r" 1 2 3 30\.00 3\.00 33\.00 GBP 32\.97 0\.00 0\.03 not explained", cells(text_)
    )
    assert f'href="/days?brand=Bukka&amp;since={SUNDAY}&amp;until={MONDAY}"' in text_
    narrowed = page.get(f"/rollup?by=location&brand=Bukka&since={SUNDAY}").text
    assert f'href="/days?location={place}&amp;brand=Bukka&amp;since={SUNDAY}"' in narrowed
    by_site = page.get(f"/rollup?since={SUNDAY}").text
    assert '<a href="/days" aria-current="page">' in by_site
    assert f'href="/days?location={place}&amp;since={SUNDAY}">site-1</a>' in by_site
    assert "No day lies between" in page.get(f"/rollup?group=south&since={SUNDAY}").text
    by_group = page.get(f"/rollup?by=group&since={SUNDAY}&brand=Bukka").text
    assert f'href="/days?brand=Bukka&amp;group=north&amp;since={SUNDAY}">north</a>' in by_group
    with unit_of_work() as session:
        session.execute(text("UPDATE locations SET group_external_id = NULL"))
    assert "without a group" in page.get(f"/rollup?by=group&since={SUNDAY}").text
    assert "No day lies between" in page.get("/rollup?until=2020-01-01").text


def test_the_api_filters_by_group(script: FlaskClient, place: int) -> None:
    for path in ("days?", f"rollup?since={SUNDAY}&"):
        many = {}
        for group in ("north", "south"):
            answer = script.get(f"/api/v1/analytics/{path}group={group}").json
            assert answer is not None
            many[group] = len(answer["items"])
        assert many["north"] > many["south"] == 0


def test_the_live_parts_follow_the_count(
    signed_in: Callable[[Merchant], FlaskClient], owner: Merchant, place: int
) -> None:
    page = signed_in(owner)
    for address in ("/days", f"/days/{place}/{MONDAY}", f"/rollup?since={SUNDAY}"):
        live = re.search(r'data-live="([^"]+)"', page.get(address).text)
        assert live is not None
        stream = live[1].replace("&amp;", "&")
        assert _first(page, stream) == "retry: 1000"
        merchants.take_orders(
            owner, sold("o9", version=factories.at(len(address)), payments=(paid("9.00"),))
        )
        merchants.tallied(owner)
        assert "data: " in _first(page, stream, parts=2)


def _first(page: FlaskClient, address: str, parts: int = 1) -> str:
    response = page.get(address, buffered=False)
    found = ""
    for _, part in zip(range(parts), response.response, strict=False):
        found += part if isinstance(part, str) else part.decode()
    response.close()
    return found.strip()
