"""Two logins an hour are those of a client: of all its connections, and of connecting itself."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from config import clock
from config.errors import PermanentError
from models import Organization
from models.session import unit_of_work
from tasks import connect, sites, sync
from tests.integration.tasks.asked import ask, connection, control, cursors, one, state
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")
_numbers = count(1)


def _logins(shop: Shop) -> int:
    return int(state(shop)["logins"])


def _again(shop: Shop, **changes: Any) -> Any:
    connect.connect(
        shop.organization_id, "toast", connection(shop).name, {**shop.config, **changes}
    )
    return connection(shop)


def _elsewhere(shop: Shop, **changes: Any) -> Any:
    """The same client, connected by another merchant."""
    with unit_of_work() as session:
        merchant = Organization(name=f"beside {shop.connection_id}, {next(_numbers)}")
        session.add(merchant)
        session.flush()
        merchant_id = merchant.id
    made, _ = connect.connect(merchant_id, "toast", "till", {**shop.config, **changes})
    return one("SELECT * FROM connections WHERE id = :c", c=made)


def _code(cursor_id: int) -> str | None:
    pull = sync.run(cursor_id)
    assert pull is not None
    return pull.fault and pull.fault.code


def test_connecting_again_with_the_same_client_and_secret_needs_no_login(shop: Shop) -> None:
    place = shop.till.facts()["restaurants"][0]["guid"]
    for change in ({}, {"webhook_secret": "another"}, {"restaurants": [place]}):
        assert _again(shop, **change).status == "connected"
    assert _logins(shop) == 1
    assert _code(cursors(shop)[0]) is None


def test_a_secret_that_was_changed_is_tried(shop: Shop) -> None:
    before = connection(shop)
    with pytest.raises(PermanentError) as caught:
        _again(shop, client_secret="no-longer-the-one")
    assert caught.value.code == "toast.credentials_refused"
    assert connection(shop) == before


def test_a_kept_token_that_was_revoked_is_renewed_by_connecting(shop: Shop) -> None:
    control(shop, "tokens", method="DELETE")
    assert _again(shop).status == "connected"
    assert _logins(shop) == 2
    assert _code(cursors(shop)[0]) is None
    assert _logins(shop) == 2


def test_what_is_sealed_with_a_lost_key_is_connected_anew(shop: Shop) -> None:
    ask("UPDATE connections SET secrets = 'lost' WHERE id = :c", c=shop.connection_id)
    assert _again(shop).status == "connected"
    assert _logins(shop) == 2


def test_connections_of_one_client_share_its_logins_but_no_token(shop: Shop) -> None:
    other = _elsewhere(shop)
    assert other.status == "connected"
    assert bytes(other.tokens) != bytes(connection(shop).tokens)
    assert _logins(shop) == 2
    control(shop, "tokens", method="DELETE")
    theirs = ask("SELECT id FROM cursors WHERE connection_id = :c", c=other.id)
    assert _code(cursors(shop)[0]) == _code(theirs[0].id) == "logins.used_up"
    assert _logins(shop) == 2


def test_connecting_waits_for_a_login_and_says_when_one_is_possible(shop: Shop) -> None:
    began = clock.now()
    control(shop, "tokens", method="DELETE")
    assert _code(cursors(shop)[0]) is None
    row = _elsewhere(shop)
    assert (row.status, row.status_code) == ("delayed", "logins.used_up")
    possible = {f"{began + timedelta(minutes=m):%H:%M} UTC" for m in (59, 60, 61)}
    assert any(f"possible at {at}" in row.status_reason for at in possible)
    assert _logins(shop) == 2
    with clock.frozen(began + timedelta(minutes=61)):
        sites.list_(connection_id=row.id, platform="toast")
        row = one("SELECT * FROM connections WHERE id = :c", c=row.id)
    assert row.tokens
    assert ask("SELECT 1 FROM locations WHERE connection_id = :c", c=row.id)
    assert _logins(shop) == 3


def test_credentials_that_are_refused_count_though_nothing_is_stored(shop: Shop) -> None:
    for _ in range(2):
        with pytest.raises(PermanentError):
            _again(shop, client_secret="mistyped")
    row = _again(shop, client_secret="mistyped")
    assert (row.status, row.status_code, row.tokens) == ("delayed", "logins.used_up", None)


def test_who_merely_knows_the_name_of_a_client_uses_up_none_of_its_logins(shop: Shop) -> None:
    for secret in ("guessed", "guessed", "another guess"):
        with pytest.raises(PermanentError):
            _elsewhere(shop, client_secret=secret)
    control(shop, "tokens", method="DELETE")
    assert _code(cursors(shop)[0]) is None
