"""The list of pulls."""

from flask.testing import FlaskClient

from models import Location, Slice
from models.session import unit_of_work
from tests import factories, merchants
from tests.merchants import Merchant


def test_progress_and_errors(page: FlaskClient, owner: Merchant) -> None:
    merchants.pulled(owner, status="failed", error="The platform is away.")
    run_id = merchants.pulled(owner, status="running")
    with unit_of_work() as session:
        for n, status in enumerate(("done", "done", "planned")):
            session.add(
                Slice(
                    organization_id=owner.organization_id,
                    run_id=run_id,
                    stream="orders",
                    location_external_id="",
                    start_at=factories.at(n),
                    end_at=factories.at(n + 1),
                    status=status,
                    next_attempt_at=factories.NOON,
                )
            )
    text = page.get("/sync-runs").text
    assert "2 of 3" in text
    assert "The platform is away." in text
    assert "It is tried again by itself." in text
    assert "1,200" in text


def test_by_status(page: FlaskClient, owner: Merchant) -> None:
    merchants.pulled(owner, status="failed", error="The platform is away.")
    merchants.pulled(owner)
    assert "The platform is away." in page.get("/sync-runs?status=failed").text
    assert "The platform is away." not in page.get("/sync-runs?status=done").text
    assert "No pull fits" in page.get("/sync-runs?status=waiting").text


def test_a_pull_that_only_made_room_says_so(page: FlaskClient, owner: Merchant) -> None:
    merchants.pulled(owner, status="waiting")
    assert "the next pull goes on" in page.get("/sync-runs").text
    merchants.pulled(owner, status="waiting", error="The platform is away.")
    assert page.get("/sync-runs").text.count("the next pull goes on") == 1


def test_locations_by_name_or_else_by_id(page: FlaskClient, owner: Merchant) -> None:
    merchants.pulled(owner, location=factories.PLACE)
    merchants.pulled(owner, location="gone-since")
    merchants.pulled(owner)
    with unit_of_work() as session:
        name = session.query(Location.name).filter_by(external_id=factories.PLACE).one().name
    text = page.get("/sync-runs").text
    assert f"· {name}" in text
    assert "· gone-since" in text
    assert "· None" not in text
