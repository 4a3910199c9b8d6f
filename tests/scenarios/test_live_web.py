"""Pages that last, through the web as it runs: live parts and long files."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack

import requests

from config import clock
from dashboard import sign_in
from models.session import unit_of_work
from tests import factories, merchants
from tests.installation import Installation
from tests.merchants import Merchant
from tests.waiting import until

ROWS = 3_000
# More than all seats of all processes.
READERS = 16


def test_live_parts_and_long_files_come_through_the_web(installation: Installation) -> None:
    owner = merchants.merchant()
    installation.web()
    browser = _signed_in(installation, owner)
    _a_change_reaches_whoever_listens(installation, owner, browser)
    _seats_are_free_once_readers_have_gone(installation, browser)
    _a_long_file_comes_whole(installation, owner, browser)


def _signed_in(installation: Installation, owner: Merchant) -> requests.Session:
    with unit_of_work() as session:
        link = sign_in.make_link(session, owner.user, clock.now())
    browser = requests.Session()
    assert browser.get(installation.url + link, timeout=30).ok
    return browser


def _listen(installation: Installation, browser: requests.Session) -> requests.Response:
    url = f"{installation.url}/live/orders"
    return browser.get(url, stream=True, timeout=30)


def _lines(stream: requests.Response) -> Iterator[str]:
    return (line for line in stream.iter_lines(chunk_size=1, decode_unicode=True) if line)


def _a_change_reaches_whoever_listens(
    installation: Installation, owner: Merchant, browser: requests.Session
) -> None:
    with _listen(installation, browser) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        lines = _lines(stream)
        assert next(lines) == "retry: 1000"
        # The part as it is has been sent; from here on only what changes is.
        assert next(lines).startswith("id: ")
        merchants.take_orders(owner, merchants.rich_order(display_number="4242"))
        assert any("#4242" in line for line in lines)


def _seats_are_free_once_readers_have_gone(
    installation: Installation, browser: requests.Session
) -> None:
    with ExitStack() as open_streams:
        streams = [
            open_streams.enter_context(_listen(installation, browser)) for _ in range(READERS)
        ]
        # Kept: a line is cut when nobody reads on.
        readers = [_lines(stream) for stream in streams]
        assert {next(reader) for reader in readers} == {"retry: 1000", "retry: 5000"}

    def all_sit() -> bool:
        with ExitStack() as streams:
            opened = [streams.enter_context(_listen(installation, browser)) for _ in range(4)]
            return all(next(_lines(stream)) == "retry: 1000" for stream in opened)

    # Sooner than a stream ends by itself, which frees its seat, too.
    until(all_sit, what="the seats to be free", timeout_s=15)


def _a_long_file_comes_whole(
    installation: Installation, owner: Merchant, browser: requests.Session
) -> None:
    many = [merchants.rich_order(f"many-{number}") for number in range(ROWS)]
    factories.store(owner.connection, *many)
    answer = browser.get(f"{installation.url}/orders.csv", timeout=60)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) == 1 + 1 + ROWS
    assert {len(row) for row in rows} == {len(rows[0])}
