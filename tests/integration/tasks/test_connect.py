from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from config import clock
from config.errors import PermanentError
from models import Base, Connection, Organization, connections
from models.session import unit_of_work
from sandbox.toast.serving import Served
from tasks import connect, reach, sites
from tests.children import free_port
from tests.integration.tasks.asked import ask, connection, control, cursors, one
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop, open_till
from tests.unit.connectors.stage import Answer, Call, playing, token
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


_numbers = count(1)


@pytest.fixture(scope="module")
def till(database: str) -> Iterator[Served]:
    with open_till(history=1) as served:
        yield served


@pytest.fixture
def owner(database: str) -> int:
    return _merchant()


def _merchant() -> int:
    """One that has no connection yet."""
    with unit_of_work() as session:
        merchant = Organization(name=f"merchant {next(_numbers)}")
        session.add(merchant)
        session.flush()
        return merchant.id


def _config(till: Served, **changes: Any) -> dict[str, Any]:
    facts = till.facts()
    return {
        "api_url": till.url,
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "webhook_secret": facts["webhook_secret"],
        "logins_an_hour": 1000,
        **changes,
    }


def _name() -> str:
    return f"connection {next(_numbers)}"


def _stored() -> int:
    return int(one("SELECT count(*) AS n FROM connections").n)


def test_a_connected_account_has_its_locations_and_streams_due_at_once(
    owner: int, till: Served
) -> None:
    connection_id, health = connect.connect(owner, "toast", _name(), _config(till))
    row = one("SELECT * FROM connections WHERE id = :c", c=connection_id)
    assert health is not None
    assert (row.status, row.account, row.organization_id) == ("connected", health.account, owner)
    places = ask("SELECT * FROM locations WHERE connection_id = :c", c=connection_id)
    facts = {each["guid"]: each for each in till.facts()["restaurants"]}
    assert {p.external_id: (p.time_zone, p.currency, p.closeout_hour) for p in places} == {
        guid: (each["time_zone"], each["currency"], each["closeout_hour"])
        for guid, each in facts.items()
    }
    due = ask("SELECT * FROM cursors WHERE connection_id = :c", c=connection_id)
    assert {row.location_external_id for row in due} == set(facts)
    assert all(row.next_due_at <= clock.now() for row in due)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"client_secret": ""}, "client_secret"),
        ({"client_id": None}, "client_id"),
        ({"api_url": "not an address"}, "api_url"),
        ({"api_url": "http://example.com"}, "api_url"),
        ({"webhook_secret": [""]}, "webhook_secret"),
        ({"restaurants": "all"}, "restaurants"),
        ({"restaurants": ["../x"]}, "restaurants"),
        ({"client_secrte": "x"}, "client_secrte"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_with_it(
    owner: int, till: Served, change: dict[str, Any], named: str
) -> None:
    before = _stored()
    with pytest.raises(connect.SettingsError) as caught:
        connect.connect(owner, "toast", _name(), _config(till, **change))
    assert f"{named}:" in caught.value.sentence
    assert caught.value.next_step
    assert till.facts()["client_secret"] not in str(caught.value)
    assert _stored() == before


def test_an_unknown_platform_is_told_those_there_are(owner: int) -> None:
    with pytest.raises(connect.SettingsError, match="no platform named 'toats'") as caught:
        connect.connect(owner, "toats", _name(), {})
    assert "toast" in caught.value.next_step


def test_refused_credentials_are_not_stored(owner: int, till: Served) -> None:
    before = _stored()
    with pytest.raises(PermanentError) as caught:
        connect.connect(owner, "toast", _name(), _config(till, client_secret="wrong-one-here"))
    assert caught.value.code == "toast.credentials_refused"
    assert "wrong-one-here" not in str(caught.value)
    assert _stored() == before


def test_a_secret_that_the_platform_quotes_is_not_told(owner: int, till: Served) -> None:
    quoted = Answer(422, b'{"message": "odd: one-secret-of-theirs"}')
    for at_login in (True, False):
        with playing(lambda call, at=at_login: quoted if at != _is_call(call) else token()) as it:
            changes = {"api_url": it.url, "client_secret": "one-secret-of-theirs"}
            with pytest.raises(PermanentError) as caught:
                connect.connect(owner, "toast", _name(), _config(till, **changes))
        assert caught.value.code == "toast.refused_422"
        assert "one-secret-of-theirs" not in str(caught.value)


def _is_call(call: Call) -> bool:
    return not call.path.endswith("/login")


def test_an_account_at_a_platform_that_is_away_is_stored_and_listed_later(
    owner: int, till: Served, signals: Signals
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    connection_id, health = connect.connect(owner, "toast", _name(), _config(till, api_url=away))
    assert health is None
    row = one("SELECT * FROM connections WHERE id = :c", c=connection_id)
    assert (row.status, row.tokens) == ("delayed", None)
    sites.first()
    told = [call["connection_id"] for call in signals.take("sites.list")]
    assert connection_id in told
    ask(
        "UPDATE connections SET settings = jsonb_set(settings, '{api_url}', "
        "to_jsonb(cast(:u AS text))) WHERE id = :c",
        u=till.url,
        c=connection_id,
    )
    sites.list_(connection_id=connection_id, platform="toast")
    assert ask("SELECT 1 FROM cursors WHERE connection_id = :c", c=connection_id)
    sites.first()
    assert connection_id not in [call["connection_id"] for call in signals.take("sites.list")]


def test_a_trouble_while_listing_locations_leaves_a_connection_that_says_so(
    owner: int, till: Served
) -> None:
    fault = [{"route": "/restaurants", "kind": "status", "status": 503}]
    till.app.test_client().post("/control/faults", json=fault)
    try:
        connection_id, health = connect.connect(owner, "toast", _name(), _config(till))
    finally:
        till.app.test_client().delete("/control/faults")
    assert health is not None
    row = one("SELECT * FROM connections WHERE id = :c", c=connection_id)
    assert (row.status, row.status_code) == ("delayed", "toast.unavailable")


def test_no_secret_lies_readable_in_any_table(owner: int, till: Served) -> None:
    secrets = ["first-webhook-secret", "second-webhook-secret"]
    name = _name()
    connection_id, _ = connect.connect(owner, "toast", name, _config(till, webhook_secret=secrets))
    with unit_of_work() as session:
        row = session.get_one(Connection, connection_id)
        opened = connections.full_settings(row)
        token = reach.opened(row.tokens)
    assert opened["webhook_secret"] == secrets
    assert token is not None
    hidden = [*secrets, token.access, till.facts()["client_secret"]]
    with unit_of_work() as session:
        stored = b" ".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for value in row
        )
    assert till.facts()["client_id"].encode() in stored
    for secret in hidden:
        assert secret.encode() not in stored


def test_connecting_again_keeps_the_address_and_takes_the_new_settings(
    owner: int, till: Served
) -> None:
    name = _name()
    first, _ = connect.connect(owner, "toast", name, _config(till))
    before = one("SELECT * FROM connections WHERE id = :c", c=first)
    again, _ = connect.connect(owner, "toast", name, _config(till, webhook_secret="another-one"))
    after = one("SELECT * FROM connections WHERE id = :c", c=first)
    assert again == first
    assert after.key == before.key
    assert after.secrets != before.secrets


def test_a_location_is_not_read_by_two_connections_of_a_merchant(owner: int, till: Served) -> None:
    connect.connect(owner, "toast", "first", _config(till))
    before = _stored()
    with pytest.raises(sites.TakenError, match="by the connection 'first' already") as caught:
        connect.connect(owner, "toast", "second", _config(till))
    assert "'first'" in caught.value.next_step
    assert _stored() == before


def test_a_known_connection_that_asks_for_a_location_of_another_keeps_its_own(
    owner: int, till: Served
) -> None:
    one_place, another = (each["guid"] for each in till.facts()["restaurants"][:2])
    connect.connect(owner, "toast", "first", _config(till, restaurants=[one_place]))
    second, _ = connect.connect(owner, "toast", "second", _config(till, restaurants=[another]))
    before = one("SELECT * FROM connections WHERE id = :c", c=second)
    with pytest.raises(sites.TakenError):
        connect.connect(owner, "toast", "second", _config(till, restaurants=[one_place, another]))
    assert one("SELECT * FROM connections WHERE id = :c", c=second) == before
    places = ask("SELECT external_id FROM locations WHERE connection_id = :c", c=second)
    assert [row.external_id for row in places] == [another]
    sites.list_(connection_id=second, platform="toast")
    assert one("SELECT * FROM connections WHERE id = :c", c=second).status == "connected"


def test_of_two_connects_at_once_of_one_location_one_succeeds(owner: int, till: Served) -> None:
    def attempt(name: str) -> str:
        try:
            connect.connect(owner, "toast", name, _config(till))
        except sites.TakenError:
            return "taken"
        return "connected"

    before = _stored()
    with ThreadPoolExecutor(2) as pool:
        with unit_of_work() as session:
            sites.take_turns(session, owner)
            found = [pool.submit(attempt, name) for name in ("first", "second")]
            until(lambda: _waiting() == 2, timeout_s=8, what="both to have tried their settings")
        assert sorted(each.result() for each in found) == ["connected", "taken"]
    assert _stored() == before + 1


def _waiting() -> int:
    return int(one("SELECT count(*) AS n FROM pg_locks WHERE NOT granted").n)


def test_another_merchant_may_read_the_same_location(owner: int, till: Served) -> None:
    connect.connect(owner, "toast", "first", _config(till))
    connection_id, _ = connect.connect(_merchant(), "toast", "first", _config(till))
    assert ask("SELECT 1 FROM locations WHERE connection_id = :c", c=connection_id)


def test_a_successful_check_sets_a_failed_stream_going_again(shop: Shop) -> None:
    ask(
        "UPDATE cursors SET failures = 3, next_due_at = now() + interval '1 hour' "
        "WHERE connection_id = :c",
        c=shop.connection_id,
    )
    ask("UPDATE connections SET status = 'needs attention' WHERE id = :c", c=shop.connection_id)
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    assert connect.check(row).account
    assert connection(shop).status == "connected"
    for cursor_id in cursors(shop):
        cursor = one("SELECT * FROM cursors WHERE id = :c", c=cursor_id)
        assert (cursor.failures, cursor.next_due_at <= clock.now()) == (0, True)


def test_a_failed_check_is_noted_and_raised(shop: Shop) -> None:
    control(shop, "faults", [{"route": "/", "kind": "status", "status": 503}])
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    with pytest.raises(Exception, match="not available"):
        connect.check(row)
    assert connection(shop).status == "delayed"
