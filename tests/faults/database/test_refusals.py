"""The database is up and takes no work: it only reads, is full, or has no connection to spare."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import psutil
import psycopg2
import pytest
import requests

from models.session import engine
from tests.deliveries import Sent, delivery
from tests.faults.at_work import AtWork
from tests.faults.checker import owed
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.faults.sending import Platform
from tests.waiting import until

# Whoever finds no connection is told so within this.
SHED_S = 1.0
# Long before a statement of the database's own is given up.
SOON_S = (2.0, 6.0)
SMALL = "4m"
MANY = 400


def _numbered(at: Merchant, version: int = 0) -> Iterator[Sent]:
    return (delivery(number, version, at.restaurant) for number in range(MANY))


def _refused(platform: Platform, sent: Iterator[Sent]) -> None:
    """Send one after another until one is answered 503; nothing else than 202 may come before."""
    until(lambda: _answer(platform, next(sent)) == 503, what="a delivery to be refused")


def _answer(platform: Platform, one: Sent) -> int | None:
    status = platform.once(one)
    assert status in {202, 503}, platform.history.statuses
    return status


def _all_again(platform: Platform) -> None:
    """What was refused comes again, and is taken."""
    for one in list(platform.history.sent.values()):
        assert platform.deliver(one) == 202


def test_a_database_that_only_reads_is_said_in_words_and_recovers(work: AtWork) -> None:
    at, history = merchant("only reads"), History()
    platform, browser = work.platform(at, history), work.browser(at)
    assert platform.deliver(delivery(0, 0, at.restaurant)) == 202
    url = work.installation.url
    work.alter("default_transaction_read_only = on")
    try:
        _refused(platform, _numbered(at, version=1))
        # Each of the web's processes has connections that have yet to hear of it.
        until(
            lambda: requests.get(f"{url}/readyz", timeout=10).status_code == 503, what="not ready"
        )
        ready = requests.get(f"{url}/readyz", timeout=10).json()
        assert ready["status"] == "not ready"
        assert ready["database"].startswith("read only: it takes no changes")
        until(lambda: "it only reads" in browser.get(url, timeout=10).text, what="Home to say so")
        shown = browser.get(url, timeout=10)
        assert (shown.status_code, "Nothing can be stored" in shown.text) == (200, True)
        assert browser.get(f"{url}/orders", timeout=10).status_code == 200
    finally:
        work.alter("default_transaction_read_only")
    _all_again(platform)
    work.settled(at, history)
    until(lambda: requests.get(f"{url}/readyz", timeout=10).ok, what="ready again")
    until(lambda: "it only reads" not in browser.get(url, timeout=10).text, what="Home to be well")


@contextmanager
def _small_disk(work: AtWork) -> Iterator[Path]:
    """A disk of its own for the inbox, of a few megabytes."""
    at = work.installation.home / "small"
    at.mkdir()
    size = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(at)]
    if os.geteuid() != 0 or subprocess.run(size, capture_output=True, check=False).returncode:
        at.rmdir()
        pytest.skip("mounting a small disk takes root and a kernel that lets it")
    with work.installation.statements() as run, ExitStack() as undo:
        undo.callback(shutil.rmtree, at, ignore_errors=True)
        undo.callback(subprocess.run, ["umount", "-l", str(at)], check=True)
        place = at / "inbox"
        place.mkdir(mode=0o700)
        owner = psutil.Process(work.installation.pid("postgres")).uids().real
        os.chown(place, owner, -1)
        run(f"CREATE TABLESPACE small LOCATION '{place}'")
        undo.callback(run, "DROP TABLESPACE small")
        run("ALTER TABLE inbox_events SET TABLESPACE small")
        undo.callback(run, "ALTER TABLE inbox_events SET TABLESPACE pg_default")
        yield at


def test_a_full_disk_refuses_whole_deliveries_until_there_is_room(work: AtWork) -> None:
    at, history = merchant("full"), History()
    platform = work.platform(at, history)
    count = "SELECT count(*) FROM inbox_events WHERE connection_id = %s"
    with _small_disk(work) as disk:
        sent = _numbered(at)
        assert platform.deliver(next(sent)) == 202
        _fill(disk / "filler")
        # And again: a small one may have found a last corner.
        for _ in range(2):
            _refused(platform, sent)
        # Those taken in are there, whole, and of those refused nothing is.
        assert work.installation.one(count, at.connection_id) == len(history.accepted)
        (disk / "filler").unlink()
        _all_again(platform)
        until(lambda: owed(work.installation.rows, at.connection_id) == 0, what="all done")
    work.settled(at, history)
    assert "database.full" in work.web.log.read_text()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError:
            return


def test_no_connection_to_spare_is_503_until_there_is_one(work: AtWork) -> None:
    at, history = merchant("crowded out"), History()
    platform = work.platform(at, history, patience_s=SOON_S)
    with _every_connection(work):
        sent = _numbered(at)
        _refused(platform, sent)
        assert {_answer(platform, next(sent)) for _ in range(4)} == {503}
        assert requests.get(f"{work.installation.url}/readyz", timeout=10).status_code == 503
    _all_again(platform)
    work.settled(at, history)


@contextmanager
def _every_connection(work: AtWork) -> Iterator[None]:
    """Somebody else holds all connections that the server has, those of the parts included."""
    url = work.installation.servers.database_url.replace("+psycopg2", "")
    ours = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'taxpoynt'"
    )
    held: list[psycopg2.extensions.connection] = []

    def take() -> None:
        try:
            while True:
                held.append(psycopg2.connect(url, application_name="crowd"))
        except psycopg2.OperationalError:
            return

    def all_taken() -> bool:
        take()
        # Within a transaction it would be shown the same backends for ever.
        held[0].autocommit = True
        with held[0].cursor() as cursor:
            cursor.execute(ours)
            (ended,) = cursor.fetchone() or (0,)
        return bool(ended == 0)

    # This process has a pool of its own.
    engine().dispose()
    try:
        until(all_taken, what="every connection to be taken", timeout_s=60)
        yield
    finally:
        for one in held:
            one.close()


def test_slow_queries_that_hold_every_connection_shed_what_comes(work: AtWork) -> None:
    at, history = merchant("slow queries"), History()
    # Nobody knows yet who lives there: that is asked of the database.
    unknown, of_unknown = merchant("unknown as yet"), History()
    known, browser = work.platform(at, history, patience_s=SOON_S), work.browser(at)
    stranger = work.platform(unknown, of_unknown, patience_s=SOON_S)
    page = f"{work.installation.url}/orders"
    calm = []
    for n in range(4):
        calm += [_timed(known.deliver, delivery(n, 0, at.restaurant))]
        calm += [_timed(_status, browser, page)]
    assert {status for status, _ in calm} == {202, 200}
    with work.installation.statements() as run, ThreadPoolExecutor(64) as many, ExitStack() as slow:
        slow.callback(run, "ROLLBACK")
        run("BEGIN")
        run("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        pages = [many.submit(_status, browser, page) for _ in range(64)]
        # Of pages that found no connection each is answered while the others still hang.
        until(lambda: 503 in [each.result() for each in pages if each.done()], what="shedding")
        shed = []
        for n in range(4):
            shed += [_timed(_answer, known, delivery(n, 1, at.restaurant))]
            shed += [_timed(_answer, stranger, delivery(n, 0, unknown.restaurant))]
            shed += [_timed(_status, browser, page)]
        waiting = sum(not each.done() for each in pages)
        slow.close()
    assert waiting, "nothing was slow any more"
    assert {each.result() for each in pages} <= {200, 503}
    work.installation.note(f"{len(pages)} pages, {waiting} hung; calm {calm}, then {shed}")
    assert {status for status, _ in shed[1::3] + shed[2::3]} == {503}
    bound_s = SHED_S + max(0.5, 3 * max(took for _, took in calm))
    assert max(took for _, took in shed) < bound_s
    assert browser.get(page, timeout=30).status_code == 200
    for platform, of in ((known, at), (stranger, unknown)):
        _all_again(platform)
        work.settled(of, platform.history)


def _status(browser: requests.Session, page: str) -> int:
    return requests.get(page, cookies=browser.cookies, timeout=60).status_code


def _timed(ask: Callable[..., int | None], *given: object) -> tuple[int | None, float]:
    """The answer, and the seconds it took."""
    began = monotonic()
    return ask(*given), monotonic() - began
