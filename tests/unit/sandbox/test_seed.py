"""Orders from a CSV: the takeaway's totals, and files that are broken in places."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.toast.seed import read_seed
from tests.unit.sandbox.merchant_client import StandIn

HEADER = "Order Number,Order Date,Item Name,Quantity,Product Price,Total products"


def csv_file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "orders.csv"
    path.write_text("\n".join((header, *rows)))
    return path


def test_the_whole_file_comes_to_its_known_totals(takeaway: StandIn) -> None:
    state = takeaway.control("GET", "state")
    assert state["restaurants"][0]["orders"] == 13_397
    assert state["restaurants"][0]["lines"] == 74_818
    assert state["restaurants"][0]["gross"] == "446517.45"
    assert state["restaurants"][0]["currency"] == "GBP"
    assert state["seed"]["broken"] == []


def test_what_the_api_shows_comes_to_the_same(takeaway: StandIn) -> None:
    held = takeaway.platform.book.all()[::97]
    for each in held:
        order = json.loads(each.body(), parse_float=Decimal, parse_int=Decimal)
        items = order["checks"][0]["selections"]
        gross = sum(item["receiptLinePrice"] * item["quantity"] for item in items)
        assert gross * 100 == each.gross_cents
        assert all(item["price"] == item["preDiscountPrice"] for item in items)
        assert all(item["taxInclusion"] == "NOT_INCLUDED" for item in items)


def test_seeded_orders_are_paid_and_closed_within_the_hour(takeaway: StandIn) -> None:
    kinds = set()
    for each in takeaway.platform.book.all()[::211]:
        order = json.loads(each.body())
        check = order["checks"][0]
        kinds.add(check["payments"][0]["type"])
        assert check["paymentStatus"] == "CLOSED"
        opened, closed = (
            datetime.strptime(order[name], "%Y-%m-%dT%H:%M:%S.%f%z")
            for name in ("openedDate", "closedDate")
        )
        assert timedelta(minutes=20) <= closed - opened <= timedelta(minutes=45)
    assert kinds == {"CASH", "CREDIT", "OTHER"}


def test_orders_from_before_december_2015_are_found_by_day_only(takeaway: StandIn) -> None:
    first = takeaway.platform.book.all()[0]
    assert first.business_date == 20150901
    found = takeaway.bulk(businessDate="20150901").get_json()
    assert first.guid in [each["guid"] for each in found]


def test_local_times_are_londons(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "1,03/08/2019 20:25,Naan,1,2.95,1",
        "2,04/01/2019 03:30,Naan,1,2.95,1",
    )
    toast = StandIn(seed=path)
    summer, winter = (
        json.loads(held.body())
        for held in sorted(toast.platform.book.all(), key=lambda held: -held.modified_ms)
    )
    assert summer["openedDate"] == "2019-08-03T19:25:00.000+0000"
    assert (winter["openedDate"], winter["businessDate"]) == (
        "2019-01-04T03:30:00.000+0000",
        20190103,
    )


def test_every_run_tells_the_same_story(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "1,03/08/2019 20:25,Naan,2,2.95,1")
    bodies = [StandIn(seed=path).platform.book.all()[0].body() for _each in range(2)]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,03/08/2019 20:25,Naan", "only 3 columns"),
        ("1,03/08/2019 20:25,Naan,two,2.95,3", "Quantity is not a number: 'two'"),
        ("1,03/08/2019 20:25,Naan,1,NaN,3", "Product Price is not a number: 'NaN'"),
        ("1,03/08/2019 20:25,Naan,nan,2.95,3", "Quantity is not a number"),
        ("1,03/08/2019 20:25,Naan,inf,2.95,3", "Quantity is not a number"),
        ("1,03/08/2019 20:25,Naan,0,2.95,3", "Quantity must be above zero"),
        ("1,03/08/2019 20:25,Naan,1,2.955,3", "not an amount in pence"),
        ("1,03/08/2019 20:25,Naan,1,-2,3", "not an amount in pence"),
        ("1,31/02/2019 20:25,Naan,1,2.95,3", "Order Date"),
        ("1,2019-08-03,Naan,1,2.95,3", "Order Date"),
        (",03/08/2019 20:25,Naan,1,2.95,3", "no order number"),
        ('1,03/08/2019 20:25,"Naan,1,2.95,3', "not a CSV row"),
    ],
)
def test_a_broken_row_is_reported_and_its_neighbours_load(
    tmp_path: Path, row: str, reason: str
) -> None:
    path = csv_file(
        tmp_path,
        "1,03/08/2019 20:25,Plain Papadum,2,0.8,3",
        row,
        "1,03/08/2019 20:25,Mushroom Rice,1,3.95,3",
    )
    report = StandIn(seed=path).control("GET", "state")["seed"]
    assert (report["orders"], report["lines"]) == (1, 2)
    assert report["broken"][0]["line"] == 3
    assert reason in report["broken"][0]["reason"]
    assert len(report["broken"]) == 1


def test_a_broken_row_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read_seed(csv_file(tmp_path, "1,03/08/2019 20:25,Naan,x,2.95,3"))
    assert "line 2 skipped: Quantity is not a number" in caplog.text


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x89PNG\r\n\x1a\n\x00\xff"])
def test_a_file_that_is_no_order_csv_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no column 'Order Number', 'Order Date'"):
        read_seed(path)


def test_one_missing_column_is_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path, header=HEADER.replace("Quantity,", ""))
    with pytest.raises(ValueError, match="no column 'Quantity'"):
        read_seed(path)
