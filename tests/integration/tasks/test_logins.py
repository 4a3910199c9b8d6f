from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from threading import Barrier
from typing import Any

import pytest

from config import clock
from config.errors import Fault
from connectors.base.contract import Tokens
from models import Connection
from models.session import unit_of_work
from tasks import connect, reach, sites, sync
from tasks.logins import Logins
from tests.integration.tasks.asked import connection, control, cursors, one, state
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


def _logins(shop: Shop) -> int:
    return int(state(shop)["logins"])


def _tokens(shop: Shop) -> reach.StoredTokens:
    """Of a client that may log in as often as it likes."""
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    return reach.StoredTokens(row, Logins(shop.till.url, None))


def _waiting() -> int:
    """How many wait for somebody else's login."""
    query = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return int(one(query).n)


def test_many_threads_with_a_refused_token_log_in_once(shop: Shop) -> None:
    stale = _tokens(shop).current()
    callers = 6
    gate = Barrier(callers)
    logins: list[int] = []

    def login() -> Tokens:
        logins.append(1)
        until(lambda: _waiting() == callers - 1, timeout_s=30, what="the others to wait")
        return Tokens(f"fresh-token-{len(logins)}")

    def renew(_: int) -> str:
        gate.wait()
        return _tokens(shop).refreshed(stale, login).access

    with ThreadPoolExecutor(callers) as pool:
        found = set(pool.map(renew, range(callers)))
    assert found == {"fresh-token-1"}
    assert len(logins) == 1


def _list_sites(connection_id: int, gate: Any, done: Any) -> None:
    from models import session

    session.forget()
    reach._redis.cache_clear()
    gate.wait(30)
    done.put(sites.refresh(connection_id))


def test_many_processes_with_a_revoked_token_log_in_once(shop: Shop) -> None:
    control(shop, "tokens", method="DELETE")
    before = _logins(shop)
    context = get_context("fork")
    gate, done = context.Barrier(3), context.Queue()
    children = [
        context.Process(target=_list_sites, args=(shop.connection_id, gate, done)) for _ in range(3)
    ]
    for child in children:
        child.start()
    assert [done.get(timeout=30) for _ in children] == [2, 2, 2]
    for child in children:
        child.join(30)
    assert _logins(shop) - before == 1


def _read_with_a_revoked_token(shop: Shop) -> Fault | None:
    control(shop, "tokens", method="DELETE")
    pull = sync.run(cursors(shop)[0])
    assert pull is not None
    return pull.fault


def test_no_more_than_two_logins_an_hour_however_often_the_token_is_refused(shop: Shop) -> None:
    # The first was made as it was connected.
    assert _logins(shop) == 1
    began = clock.now()
    assert _read_with_a_revoked_token(shop) is None
    for minutes in (1, 20, 59):
        with clock.frozen(began + timedelta(minutes=minutes)):
            fault = _read_with_a_revoked_token(shop)
            assert fault is not None
            assert fault.code == "logins.used_up"
            assert fault.retry_after_s == pytest.approx((60 - minutes) * 60, abs=90)
            assert _logins(shop) == 2
    assert (connection(shop).status, connection(shop).status_code) == ("delayed", "logins.used_up")
    with clock.frozen(began + timedelta(minutes=61)):
        assert _read_with_a_revoked_token(shop) is None
    assert _logins(shop) == 3
    assert connection(shop).status == "connected"


def test_a_login_that_the_platform_refuses_counts_too(shop: Shop) -> None:
    refuses = [{"route": "/authentication", "kind": "status", "status": 401}]
    control(shop, "faults", refuses)
    fault = _read_with_a_revoked_token(shop)
    assert fault is not None
    assert fault.code == "toast.credentials_refused"
    assert connection(shop).status == "needs attention"
    control(shop, "faults", method="DELETE")
    fault = _read_with_a_revoked_token(shop)
    assert fault is not None
    assert fault.code == "logins.used_up"
    assert _logins(shop) == 1


def test_a_login_that_is_answered_with_a_failure_counts_too(shop: Shop) -> None:
    down = {"route": "/authentication", "kind": "status", "status": 503}
    control(shop, "faults", [down])
    fault = _read_with_a_revoked_token(shop)
    assert fault is not None
    assert fault.code == "toast.unavailable"
    began = clock.now()
    for minutes in (2, 20, 55):
        with clock.frozen(began + timedelta(minutes=minutes)):
            fault = _read_with_a_revoked_token(shop)
            assert fault is not None
            assert fault.code == "logins.used_up"
    assert [each["hits"] for each in state(shop)["faults"]] == [1]


def test_a_token_about_to_end_is_renewed_and_kept_sealed(shop: Shop) -> None:
    tokens = _tokens(shop)
    ended = Tokens("ends-soon-token", expires_at=clock.now() + timedelta(seconds=10))
    tokens.refreshed(tokens.current(), _gives(ended))
    assert tokens.current() == ended
    fresh = Tokens("a-new-token", clock.now() + timedelta(hours=1), scopes=frozenset({"orders"}))
    assert tokens.refreshed(None, _gives(fresh), clock.now()) == fresh
    assert _tokens(shop).current() == fresh
    raw = one("SELECT tokens FROM connections WHERE id = :c", c=shop.connection_id).tokens
    assert b"a-new-token" not in bytes(raw)


def test_a_host_whose_clock_is_ahead_logs_in_no_sooner(shop: Shop) -> None:
    before = _logins(shop)
    # Toast's tokens last a day; to this host the stored one has ended.
    with clock.frozen(clock.now() + timedelta(days=2)):
        for _ in range(3):
            with unit_of_work() as session:
                row = session.get_one(Connection, shop.connection_id)
            with reach.line(row) as line:
                line.connector.probe(line.http)
                assert line.http.server_now() < clock.now() - timedelta(days=1)
    assert _logins(shop) == before


def test_a_login_with_credentials_that_were_replaced_meanwhile_is_not_kept(shop: Shop) -> None:
    tokens = _tokens(shop)

    def login() -> Tokens:
        connect.connect(shop.organization_id, "toast", connection(shop).name, shop.config)
        return Tokens("of-the-old-credentials", account="an-old-account")

    assert tokens.refreshed(tokens.current(), login).access == "of-the-old-credentials"
    kept = _tokens(shop).current()
    assert kept is not None
    assert kept.access != "of-the-old-credentials"
    assert connection(shop).account == kept.account


def _gives(tokens: Tokens) -> Callable[[], Tokens]:
    return lambda: tokens
