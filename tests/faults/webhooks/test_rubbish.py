"""Rubbish that is authentic: taken in, set aside with its reason, and shown; never a 5xx."""

import json
import re
from collections.abc import Callable

import pytest
import requests

from tests.deliveries import Sent, delivery
from tests.faults.at_work import AtWork
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.faults.webhooks.altered import ordered, raw
from tests.waiting import until

STAMP = "2026-11-01T12:00:00.000Z"
HEAD = f'{{"timestamp": "{STAMP}", "eventCategory": "order_updated", "guid": "%s", '
DEEP = 100_000
Made = Callable[[Sent], Sent]


def _text(rest: str | bytes) -> Made:
    """A body that begins like an envelope and goes on like that."""

    def make(one: Sent) -> Sent:
        end = rest.encode() if isinstance(rest, str) else rest
        return raw(one, (HEAD % one.event).encode() + end, STAMP)

    return make


def _inside(old: str, new: str) -> Made:
    """A delivery in which one piece of text stands for another."""

    def make(one: Sent) -> Sent:
        assert old in one.body.decode()
        body = one.body.decode().replace(old, new)
        return raw(one, body.encode(), json.loads(one.body)["timestamp"])

    return make


PARKED: dict[str, tuple[Made, str]] = {
    "cut off": (_text('"details": {"order": '), "not JSON"),
    "not JSON at all": (lambda one: raw(one, b"<xml/>"), "not JSON"),
    "empty": (lambda one: raw(one, b""), "not JSON"),
    "a list": (lambda one: raw(one, b"[1, 2]"), "no event"),
    "nested deep": (_text('"details": {"order": ' + "[" * DEEP + "]" * DEEP + "}}"), "deep"),
    "a NUL": (_text(b'"details": "\x00"}'), "not JSON"),
    "no UTF-8": (_text(b'"details": {"order": {"guid": "\xff\xfe"}}}'), "UTF-8|utf-8"),
    "no UTF-8 where its name is": (
        lambda one: raw(one, b'{"timestamp": "\xff", "guid": "\xff"}', stamp=b"\xff"),
        "UTF-8|names no order",
    ),
    "NaN": (_inside('"quantity": 1.0', '"quantity": NaN'), "NaN"),
    "Infinity": (_inside('"quantity": 1.0', '"quantity": -Infinity'), "Infinity"),
    "an endless number": (_inside('"quantity": 1.0', '"quantity": 1' + "0" * 5000), "number"),
    "no amount": (lambda one: ordered(one, checks="none"), "checks"),
}
TAKEN: dict[str, Made] = {
    # The last of two is meant, as everybody reads it.
    "a key twice": _inside('"voided": false', '"voided": true, "voided": false'),
    "a NUL in a name": _inside('"Meal"', '"Me\\u0000al"'),
    "a huge number nobody reads": _inside('"quantity": 1.0', '"quantity": 1.0, "odd": 1e400'),
}


def test_rubbish_is_kept_with_its_reason_and_seen_everywhere(work: AtWork) -> None:
    at, history = merchant("rubbish"), History()
    platform = work.platform(at, history)
    made = {
        what: make(delivery(number, 0, at.restaurant))
        for number, (what, (make, _)) in enumerate(PARKED.items())
    }
    answers = {what: platform.deliver(one) for what, one in made.items()}
    assert set(answers.values()) == {202}, answers
    waiting = "SELECT count(*) FROM inbox_events WHERE connection_id = %s AND state = 'pending'"
    until(lambda: work.installation.one(waiting, at.connection_id) == 0, what="all to be handled")
    rows = work.installation.rows(
        "SELECT body, state, error, next_step FROM inbox_events WHERE connection_id = %s",
        at.connection_id,
    )
    kept = {bytes(body): (state, error, step) for body, state, error, step in rows}
    for what, one in made.items():
        state, error, step = kept[one.body]
        assert state == "parked", (what, error)
        assert re.search(PARKED[what][1], error), (what, error)
        assert step, what
    _is_seen(work, at, len(made))


def _is_seen(work: AtWork, at: Merchant, count: int) -> None:
    """On the page, by command, and among the numbers."""
    page = work.browser(at).get(f"{work.installation.url}/events?state=parked", timeout=10).text
    assert page.count("not JSON") > 2
    command = work.installation.taxpoynt(
        *("events", "rubbish", "--failed", "--organization", "rubbish", "--json"), name="events"
    )
    until(lambda: not command.alive, what="the command", timeout_s=60)
    line = next(x for x in command.log.read_text().splitlines() if x.startswith("{"))
    assert len(json.loads(line)["items"]) == count
    number = rf'^taxpoynt_inbox_parked{{connection="rubbish",.*}} {count}\.0$'
    metrics = f"{work.installation.url}/metrics"
    until(lambda: re.search(number, requests.get(metrics, timeout=10).text, re.M), what=number)


def test_what_is_only_odd_is_invoiced_like_any_other(work: AtWork) -> None:
    at, history = merchant("odd"), History()
    platform = work.platform(at, history)
    for number, make in enumerate(TAKEN.values()):
        assert platform.deliver(make(delivery(number, 0, at.restaurant))) == 202
    invoiced = "SELECT count(*) FROM invoices WHERE connection_id = %s"
    until(
        lambda: work.installation.one(invoiced, at.connection_id) == len(TAKEN),
        what="their invoices",
    )
    states = "SELECT state, count(*) FROM inbox_events WHERE connection_id = %s GROUP BY 1"
    assert work.installation.rows(states, at.connection_id) == [("done", len(TAKEN))]


@pytest.mark.parametrize("told", [True, False])
def test_ten_megabytes_are_413_and_leave_no_trace(work: AtWork, told: bool) -> None:
    at = merchant(f"ten megabytes, told {told}")
    one = raw(delivery(0, 0, at.restaurant), b"x" * 10_000_000)
    # In pieces of untold length, or with its length in the head.
    body = one.body if told else (one.body[n : n + 100_000] for n in range(0, 10_000_000, 100_000))
    url = work.installation.url + at.path
    answer = requests.post(url, data=body, headers=one.headers, timeout=30)
    assert answer.status_code == 413
    held = "SELECT count(*) FROM inbox_events WHERE connection_id = %s"
    assert work.installation.one(held, at.connection_id) == 0
    assert work.web.alive
