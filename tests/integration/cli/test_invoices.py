"""Invoices: listed, shown, rendered."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.api.schemas import InvoiceDetailSchema
from models import Connection, Invoice, Location, Order, Organization
from models.session import unit_of_work
from tests import factories, merchants
from tests.integration.cli.typed import run, typed
from tests.shop import Shop, open_shop


@pytest.fixture(scope="module")
def shop(database: str) -> Iterator[Shop]:
    with open_shop() as opened:
        assert typed("sync", "till").code == 0
        yield opened


@pytest.fixture
def number(shop: Shop) -> str:
    with unit_of_work() as session:
        return session.query(Invoice).order_by(Invoice.id).first().number  # type: ignore[union-attr]


def test_they_are_listed_without_naming_a_command(number: str) -> None:
    said = typed("invoices", "--json")
    assert said.code == 0, said.err
    assert number in {each["number"] for each in said.document["items"]}
    assert said.document == typed("invoices", "list", "--json").document
    assert number in typed("invoices").out


def test_they_are_listed_by_status(number: str) -> None:
    issued = typed("invoices", "--status", "issued", "--limit", "1000", "--json").document
    assert number in {each["number"] for each in issued["items"]}


def test_a_status_there_is_none_of_is_wrong_use(number: str) -> None:
    said = typed("invoices", "--status", "bogus", "--json")
    assert said.code == 2
    assert "issued" in said.document["error"]["sentence"]


def test_one_is_shown_with_its_lines(number: str) -> None:
    shown = typed("invoices", "show", number, "--json").document
    assert set(shown) == set(InvoiceDetailSchema().fields)
    lines = sum(Decimal(line["net"]) for line in shown["lines"])
    taxes = sum(Decimal(tax["amount"]) for tax in shown["taxes"])
    assert lines == Decimal(shown["net"]) + Decimal(shown["gratuities"])
    assert lines + taxes == Decimal(shown["total"])
    said = typed("invoices", "show", number).out
    assert shown["lines"][0]["name"] in said
    assert shown["total"] in said


def test_the_figures_of_one_with_a_gratuity_add_up(shop: Shop) -> None:
    with unit_of_work() as session:
        connection = session.get_one(Connection, shop.connection_id)
        place = session.query(Location.external_id).filter_by(connection_id=connection.id).first()
    assert place is not None
    order = merchants.rich_order("with-gratuity", location_id=place.external_id)
    factories.store(connection, factories.arrival(order))
    with unit_of_work() as session:
        order_id = session.query(Order.id).filter_by(external_id="with-gratuity").one().id
    [number] = merchants.invoice(order_id)
    said = typed("invoices", "--limit", "1000").out.splitlines()
    assert re.search(r"Net +Gratuity +Tax +Total", said[1])
    [row] = [line for line in said if number in line]
    net, gratuity, tax, total = map(Decimal, re.findall(r"\d+\.\d\d", row))
    assert (net, gratuity, tax, total) == (
        *(Decimal("21.50"), Decimal("3.00")),
        *(Decimal("2.15"), Decimal("26.65")),
    )
    shown = typed("invoices", "show", number).out
    assert re.search(r"Net:.*\nGratuities:.*\nTax:.*\nTotal:", shown)
    assert re.search(r"\bgratuity\b", shown)


def test_the_flag_may_stand_before_the_command(number: str) -> None:
    assert typed("invoices", "--json", "show", number).document["number"] == number


def test_one_is_rendered_as_json_and_html(number: str) -> None:
    document = json.loads(typed("invoices", "render", number, "--as", "json").out)
    assert document["number"] == number
    html = typed("invoices", "render", number, "--as", "html").out
    assert html.startswith("<!doctype html>")
    assert number in html


def test_one_is_rendered_into_a_file(number: str, tmp_path: Path) -> None:
    file = tmp_path / "invoice.html"
    said = typed("invoices", "render", number, "--as", "html", "-o", str(file), "--json")
    assert said.document == {"number": number, "as": "html", "file": str(file)}
    assert number in file.read_text()


def test_a_file_that_cant_be_written_is_told(number: str, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "invoice.html"
    said = typed("invoices", "render", number, "--as", "html", "-o", str(file))
    assert said.code == 1
    assert str(file) in said.err


def test_an_unknown_number_gets_a_suggestion(number: str) -> None:
    said = typed("invoices", "show", number[:-1] + "X", "--json")
    assert said.code == 1
    assert said.document["error"]["code"] == "invoice.unknown"
    assert "Did you mean INV-" in said.document["error"]["next_step"]


def test_a_process_answers_one_document(number: str) -> None:
    said = run("invoices", "render", number, "--as", "json", "--json")
    assert said.code == 0, said.err
    assert json.loads(said.document["document"])["number"] == number


def test_one_that_was_parked_is_drawn_up_again(shop: Shop) -> None:
    """One whose cause is mended is issued; one still refused says why."""
    owner = merchants.merchant()
    ids = merchants.take_orders(owner, merchants.rich_order("a"), merchants.rich_order("b"))
    with unit_of_work() as session:
        for order_id in ids:
            order = session.get_one(Order, order_id)
            order.invoice_state, order.invoice_reason = "parked", "It didn't add up."
        session.get_one(Order, ids[1]).net += 1
        name = session.get_one(Organization, owner.organization_id).name
    whose = ("--organization", name, "--json")
    assert typed("invoices", "retry", str(ids[0]), str(10**9), *whose).code == 1
    said = typed("invoices", "retry", "--all", owner.connection.name, *whose)
    assert said.code == 1, said.err
    became = {each["id"]: each for each in said.document["items"]}
    assert became[ids[0]]["invoice_state"] == "issued"
    assert became[ids[1]]["invoice_state"] == "parked"
    assert "would come to" in became[ids[1]]["invoice_reason"]
    assert typed("invoices", "retry", *whose).code == 2
