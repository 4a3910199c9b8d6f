"""The pages of stock and of locations."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard import fragments
from dashboard.access import Visitor
from models import Location
from models.session import unit_of_work
from rules.facts import OpeningRecord
from tests import factories, merchants
from tests.factories import at
from tests.merchants import Merchant
from tests.telling import cash, configured, furnish, item, listed, menu, place_id, stock, tell


def stocked(text: str) -> list[str]:
    """The items of the list, in its order."""
    return re.findall(r'href="/stock/changes\?[^"]+">([^<]+)</a> <span', text)


@pytest.fixture
def shelf(owner: Merchant) -> Merchant:
    tell(
        owner.connection,
        menu(items=(item(), item("yam", "Yam"))),
        stock(at(0), "in stock", "9", "yam"),
        stock(at(1), "low", "2"),
        stock(at(2), item="bean"),
    )
    return owner


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["bean", "Jollof rice", "Yam"]),
        ("status=low", ["Jollof rice"]),
        ("status=out+of+stock", ["bean"]),
        ("connection=nobody's", []),
        ("location=987654", []),
    ],
)
def test_what_is_out_comes_first(
    page: FlaskClient, shelf: Merchant, query: str, expected: list[str]
) -> None:
    assert stocked(page.get(f"/stock?{query}").text) == expected


def test_a_filter_that_nothing_has_is_said(page: FlaskClient, shelf: Merchant) -> None:
    for address in ("/stock?status=gone", "/stock?location=x", "/stock/changes?location=x"):
        assert page.get(address).status_code == 400


def test_nothing_yet_says_what_comes(page: FlaskClient, owner: Merchant) -> None:
    assert "Nothing is out of stock" in page.get("/stock").text
    assert "Nothing has changed yet" in page.get("/stock/changes").text
    assert "No item fits" in page.get("/stock?status=low").text


def test_an_item_leads_to_its_history(page: FlaskClient, shelf: Merchant) -> None:
    tell(shelf.connection, stock(at(5)))
    [link] = re.findall(r'href="([^"]+)">Jollof rice<', page.get("/stock").text)
    text = page.get(link.replace("&amp;", "&")).text
    assert "Jollof rice" in text
    states = re.findall(r'class="state \w+">([^<]+)<', text)
    assert states == ["low", "out of stock", "in stock", "low"]
    assert "bean" not in text


def test_stock_as_csv(page: FlaskClient, shelf: Merchant) -> None:
    response = page.get("/stock.csv?status=low")
    [row] = csv.DictReader(io.StringIO(response.text))
    assert (row["item"], row["quantity"], row["status"]) == ("Jollof rice", "2", "low")
    changes = list(csv.DictReader(io.StringIO(page.get("/stock/changes.csv?item=rice").text)))
    assert [(row["status_before"], row["status"]) for row in changes] == [("in stock", "low")]


def test_names_from_outside_are_text(page: FlaskClient, owner: Merchant) -> None:
    furnish(owner.connection, "<script>alert(1)</script>")
    place = place_id(owner.connection)
    for address in ("/stock", "/stock/changes", f"/locations/{place}?date=2026-03-01"):
        assert "<script>alert" not in page.get(address).text


@pytest.mark.parametrize("name", ["stock", "locations"])
def test_a_change_moves_the_page_and_nothing_else_does(
    page: FlaskClient, shelf: Merchant, other: Merchant, name: str
) -> None:
    visitor = Visitor(shelf.organization_id, "", "")

    def pulse() -> str | None:
        with unit_of_work() as session:
            changed = fragments.if_changed(name, session, visitor, _none(), None)
        return changed[0] if changed else None

    with page.application.test_request_context():
        before = pulse()
        tell(other.connection, stock(), OpeningRecord(factories.PLACE, at(1), open=False))
        tell(shelf.connection, stock(at(3), "low", "2"))
        assert pulse() == before
        tell(shelf.connection, stock(at(4)), OpeningRecord(factories.PLACE, at(1), open=False))
        assert pulse() != before


def _none() -> "fragments.Args":
    return fragments.Args()


def test_locations_say_how_they_stand(
    app: object, signed_in: Callable[[Merchant], FlaskClient]
) -> None:
    owner = merchants.merchant(places=("a", "b", "c", "d"))
    tell(
        owner.connection,
        OpeningRecord("a", at(0), open=True),
        OpeningRecord("b", at(0), open=False, reason="Printer offline"),
    )
    with unit_of_work() as session:
        mine = update(Location).where(Location.connection_id == owner.connection.id)
        session.execute(mine.where(Location.external_id == "c").values(archived=True))
        gone = {"archived": True, "removed_at": at(0), "brand": "Mama's"}
        session.execute(mine.where(Location.external_id == "d").values(gone))
    page = signed_in(owner)
    text = page.get("/locations").text
    states = re.findall(r'<span class="state \w+">(\w[\w ]*)</span>', text)
    assert states == ["open", "closed", "archived", "removed"]
    assert "Printer offline" in text
    assert "Europe/London" in text
    assert "04:00" in text
    rows = list(csv.DictReader(io.StringIO(page.get("/locations.csv").text)))
    assert [row["archived"] for row in rows] == ["no", "no", "yes", "yes"]
    assert rows[3]["brand"] == "Mama's"
    detail = page.get(f"/locations/{place_id(owner.connection, 'd')}").text
    assert "no longer lists it since" in detail


def test_what_is_not_known_is_shown_as_it_came(page: FlaskClient, owner: Merchant) -> None:
    tell(
        owner.connection,
        stock(at(1), "RESERVED", "2"),
        OpeningRecord(factories.PLACE, at(1), open=None, reason="HALF_OPEN"),
    )
    assert '<span class="state idle">RESERVED</span>' in page.get("/stock").text
    assert "HALF_OPEN" in page.get("/locations").text
    detail = page.get(f"/locations/{place_id(owner.connection)}").text
    assert "the platform says: HALF_OPEN" in detail
    assert "Nothing is out or low" in detail


def test_a_location_shows_everything_told_of_it(page: FlaskClient, owner: Merchant) -> None:
    paid = factories.payment("p1", "20.00", business_date=factories.NOON.date())
    merchants.take_orders(owner, factories.order(payments=(paid,)))
    tell(
        owner.connection,
        menu(),
        stock(),
        configured(behavior="DINE_IN"),
        cash("e1", "-5.00", reason="Ice"),
        cash("e2", "5.00", reason="No ice", undoes_id="e1", business_date=at(24 * 60).date()),
        cash("d1", "19.00", kind="deposit", type=None),
    )
    text = page.get(f"/locations/{place_id(owner.connection)}?date=2026-03-01").text
    for part in ("Jollof rice", "with Sides", "12.50", "Plantain", "Dine in", "behavior DINE_IN"):
        assert part in text, part
    assert "out of stock" in text
    cash_of_day = text.partition('id="cash"')[2]
    for part in ("20.00", "19.00", "Short", "1.00", "taken back", "Ice"):
        assert part in cash_of_day, part


def test_its_cash_is_of_today_unless_a_date_is_asked_for(
    page: FlaskClient, owner: Merchant
) -> None:
    place = place_id(owner.connection)
    assert page.get(f"/locations/{place}").status_code == 200
    assert page.get(f"/locations/{place}?date=soon").status_code == 400
    text = page.get(f"/locations/{place}?date=2026-03-01").text
    assert 'value="2026-03-01"' in text
    assert "None was read yet" in text


def test_a_location_that_is_not_there(page: FlaskClient, other: Merchant) -> None:
    for path in ("0", "99999999", "x", str(place_id(other.connection))):
        assert page.get(f"/locations/{path}").status_code == 404


def test_a_menu_that_was_withdrawn_says_so(page: FlaskClient, owner: Merchant) -> None:
    tell(owner.connection, menu(at(0)))
    place = place_id(owner.connection)
    assert "Nothing is published" not in page.get(f"/locations/{place}").text
    listed(owner.connection, "menus", at(5))
    shown = page.get(f"/locations/{place}").text
    assert "Nothing is published any more" in shown
    assert "Jollof rice" in shown


def test_a_huge_menu_is_shown(page: FlaskClient, owner: Merchant) -> None:
    many = tuple(item(f"i{n}", f"Dish {n}") for n in range(5000))
    full = menu(items=many)
    group = full.menus[0].groups[0]
    group.item_ids = tuple(each.external_id for each in many)  # type: ignore[misc]
    tell(owner.connection, full)
    assert "Dish 4999" in page.get(f"/locations/{place_id(owner.connection)}").text


def test_pages_follow_each_other(page: FlaskClient, owner: Merchant) -> None:
    tell(owner.connection, *(stock(at(n), item=f"i{n:03}") for n in range(60)))
    first = page.get("/stock").text
    [link] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = page.get("/stock" + link.replace("&amp;", "&")).text
    assert sorted([*stocked(first), *stocked(second)]) == [f"i{n:03}" for n in range(60)]
