"""Days are listed, filtered and summed up; currencies and merchants stay apart."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from models import Connection, day_list, listing
from models.day_rollup import lately, rollup
from models.day_tenders import day_tenders
from models.listing import DayFilter, Span
from models.session import unit_of_work
from rules.records import RefundRecord
from tests.factories import connected, line, store
from tests.integration.models.days import MONDAY, SUNDAY, TUESDAY, paid, sold, tallied

pytestmark = pytest.mark.usefixtures("database")

_SITES = tuple(f"s{n:02}" for n in range(25))


@pytest.fixture(scope="module")
def chain(database: str) -> Connection:
    """25 sites with three days each, of two brands and none, one of them in euros."""
    made = connected(places=_SITES)
    with unit_of_work() as session:
        for query in (
            "UPDATE locations SET brand = CASE WHEN name < 's03' THEN 'Bukka'"
            " WHEN name < 's24' THEN 'Suya' END, group_external_id = 'north'",
            "UPDATE locations SET group_external_id = 'south' WHERE name >= 's20'",
            "UPDATE locations SET currency = 'EUR' WHERE name = 's01'",
        ):
            session.execute(text(query))
    for on in (SUNDAY, MONDAY, TUESDAY):
        store(
            made,
            *(
                sold(f"{on}{site}", on, location_id=site, payments=(paid("11.00", on),))
                for site in _SITES
            ),
        )
    store(made, sold("short", location_id="s02", payments=(paid("10.97"),)))
    tallied(made)
    # Another merchant's, never to be seen.
    other = connected(places=_SITES[:1])
    store(other, sold(location_id="s00", payments=(paid("11.00"),)))
    tallied(other)
    return made


def place(chain: Connection, site: str) -> int:
    with unit_of_work() as session:
        query = text("SELECT id FROM locations WHERE connection_id = :c AND external_id = :e")
        found: int = session.scalar(query, {"c": chain.id, "e": site})
        return found


def listed(chain: Connection, sort: str = "-business_date", **wanted: Any) -> list[Any]:
    """All rows, a few a page."""
    found, after = [], None
    with unit_of_work() as session:
        while True:
            span = Span(4, after)
            page = listing.days(session, chain.organization_id, DayFilter(**wanted), span, sort)
            found += page.items
            if (after := page.next) is None:
                return found


def summed(chain: Connection, by: str, **wanted: Any) -> dict[Any, Any]:
    with unit_of_work() as session:
        rows = rollup(session, chain.organization_id, by, DayFilter(**wanted))
    return {(row["key"], row["currency"]): row for row in rows}


@pytest.mark.parametrize(
    ("wanted", "many"),
    [
        ({}, 75),
        ({"brand": "Bukka"}, 9),
        # More places than are merged.
        ({"brand": "Suya"}, 63),
        ({"brand": "nobody's"}, 0),
        ({"connection": "nobody's"}, 0),
        ({"group": "south"}, 15),
        ({"group": "north", "brand": "Bukka"}, 9),
        ({"group": "nobody's"}, 0),
        ({"since": MONDAY}, 50),
        ({"until": SUNDAY, "brand": "Bukka"}, 3),
        ({"since": MONDAY, "until": MONDAY, "brand": "Suya"}, 21),
    ],
)
@pytest.mark.parametrize("sort", ["-business_date", "business_date"])
def test_filters_and_pages(chain: Connection, wanted: dict[str, Any], many: int, sort: str) -> None:
    rows = listed(chain, sort, **wanted)
    assert len({row["id"] for row in rows}) == len(rows) == many
    places = [(row["business_date"], row["id"]) for row in rows]
    for one, next_one in pairwise(places):
        assert one > next_one if sort.startswith("-") else one < next_one
    assert all(row["brand"] == wanted.get("brand", row["brand"]) for row in rows)


def test_of_one_location_and_of_one_connection(chain: Connection) -> None:
    rows = listed(chain, location_id=place(chain, "s02"))
    assert [row["business_date"] for row in rows] == [TUESDAY, MONDAY, SUNDAY]
    assert {(row["location"], row["connection"]) for row in rows} == {("s02", chain.name)}
    assert (rows[1]["unexplained"], rows[1]["collected"]) == (Decimal("0.03"), Decimal("21.97"))
    assert len(listed(chain, connection=chain.name)) == 75
    assert not listed(chain, connection=chain.name, brand="none")


def test_days_are_summed_up_by_what_is_asked_each_currency_apart(chain: Connection) -> None:
    brands = summed(chain, "brand")
    assert set(brands) == {
        *((name, "GBP") for name in ("Bukka", "Suya", None)),
        ("Bukka", "EUR"),
    }
    pounds, euros = brands["Bukka", "GBP"], brands["Bukka", "EUR"]
    # Two sites of three days at 11.00, and one more order.
    assert (pounds["due"], pounds["collected"], pounds["unexplained"]) == (
        Decimal("77.00"),
        Decimal("76.97"),
        Decimal("0.03"),
    )
    assert (pounds["orders"], pounds["days"], pounds["locations"]) == (7, 6, 2)
    assert (euros["due"], euros["locations"]) == (Decimal("33.00"), 1)
    groups = summed(chain, "group")
    assert {key: row["locations"] for key, row in groups.items()} == {
        ("north", "GBP"): 19,
        ("north", "EUR"): 1,
        ("south", "GBP"): 5,
    }
    [(connection, _), _] = sorted(summed(chain, "connection"))
    assert connection == chain.name
    sites = summed(chain, "location", since=MONDAY, until=MONDAY)
    site = sites[str(place(chain, "s02")), "GBP"]
    assert (site["name"], site["due"], site["days"]) == ("s02", Decimal("22.00"), 1)
    assert len(sites) == 25
    newest = max(row["counted_at"] for row in listed(chain))
    assert max(row["counted_at"] for row in sites.values()) <= newest


def test_of_a_brand_and_of_a_place_alone(chain: Connection) -> None:
    assert {key for key, _ in summed(chain, "brand", brand="Suya")} == {"Suya"}
    [row] = summed(chain, "brand", location_id=place(chain, "s24")).values()
    assert (row["key"], row["due"]) == (None, Decimal("33.00"))
    assert not summed(chain, "brand", connection="nobody's")
    assert {key for key, _ in summed(chain, "group", group="south")} == {"south"}


def test_the_last_31_days_are_summed_up_unless_it_is_said_since_when() -> None:
    today = date(2026, 3, 31)
    assert lately(DayFilter(), today).since == date(2026, 3, 1)
    assert lately(DayFilter(until=MONDAY), today).since == MONDAY - timedelta(days=30)
    assert lately(DayFilter(since=SUNDAY), today) == DayFilter(since=SUNDAY)
    assert lately(DayFilter(until=date.min), today).since == date.min


def test_tenders_of_a_day_by_card_and_kind(database: str) -> None:
    till = connected()
    back = RefundRecord(Decimal("2.00"), Decimal("0.50"), None, MONDAY, None)
    tenders = (
        paid("4.00", external_id="p1"),
        replace(paid("3.00", external_id="p2", tip="1.00"), tender="CREDIT", card_type="VISA"),
        replace(paid("2.00", external_id="p3"), tender="CREDIT", card_type="MASTERCARD"),
        replace(paid("1.00", external_id="p4"), tender="OTHER", alternate_type_id="a1"),
        replace(paid("1.00", external_id="p5"), counts=False),
    )
    visa = replace(paid("9.00", SUNDAY, tip="2.00"), tender="CREDIT", card_type="VISA", refund=back)
    store(
        till,
        sold("o1", payments=tenders),
        sold("o2", SUNDAY, lines=(line("l1", "9.00"),), payments=(visa,)),
    )
    with unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO configured (organization_id, location_id, kind, external_id, name,"
                " facts, listed_at) SELECT organization_id, id, 'payment type', 'a1', 'Voucher',"
                " '{}', now() FROM locations WHERE connection_id = :c"
            ),
            {"c": till.id},
        )
        site = session.scalar(
            text("SELECT id FROM locations WHERE connection_id = :c"), {"c": till.id}
        )
        rows = day_tenders(session, till.organization_id, site, MONDAY)
        assert not day_tenders(session, till.organization_id + 1, site, MONDAY)
    names = ("tender", "card_type", "alternate_type", "payments", "amount", "tip", "total")
    found = [tuple(row[name] for name in names) for row in rows]
    assert [(*row[:4], *(format(x, ".2f") for x in row[4:])) for row in found] == [
        ("CASH", None, None, 1, "4.00", "0.00", "4.00"),
        ("CREDIT", "MASTERCARD", None, 1, "2.00", "0.00", "2.00"),
        # Of yesterday's 9.00, 2.00 and 0.50 of its tip were given back today.
        ("CREDIT", "VISA", None, 1, "3.00", "1.00", "1.50"),
        ("OTHER", None, "Voucher", 1, "1.00", "0.00", "1.00"),
    ]
    assert [(row["refunds"], row["refunded"]) for row in rows][2] == (1, Decimal("2.00"))


def test_brands_and_groups_are_a_merchants_own(chain: Connection) -> None:
    with unit_of_work() as session:
        assert day_list.brands(session, chain.organization_id) == ["Bukka", "Suya"]
        assert day_list.groups(session, chain.organization_id) == ["north", "south"]
        assert day_list.location(session, chain.organization_id, place(chain, "s01")) is not None
        other = chain.organization_id + 1
        assert day_list.location(session, other, place(chain, "s01")) is None
