"""However a platform refuses a call, it is understood, and nothing is lost over it."""

from datetime import timedelta
from typing import Any

import pytest

from config import clock
from connectors import platforms
from connectors.base import http
from tests.conformance.live.reading import agree, codes, cursors, due_at, read, read_well, status_of
from tests.conformance.live.stand import Stand, answering
from tests.integration.tasks.asked import ask

pytestmark = pytest.mark.usefixtures("database")
# What comes of a network, of what stands before a platform's servers, and of a bad day of theirs.
_PASSING: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 403},
    {"kind": "html", "status": 200},
    {"kind": "truncate"},
    {"kind": "cut"},
)


def test_what_passes_is_tried_again_and_nothing_is_lost(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    (first, *_) = cursors(stand, stream)
    for rule in _PASSING:
        stand.fail({"route": stand.route(stream), **rule})
        done = read(stand, stream)
        assert None not in codes(done), rule
        assert stand.fails() > 0
        row = status_of(stand)
        assert row.status != "needs attention", rule
        assert row.status_reason
        assert due_at(first) > clock.now()
    stand.fail()
    read_well(stand, stream)
    assert status_of(stand).status == "connected"
    agree(stand, stream)


def test_a_call_that_fails_in_the_middle_costs_no_record(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    route = stand.route(stream)

    def fail_now_and_then(number: int) -> None:
        if number in {2, 5, 9}:
            stand.fail({"route": route, "kind": "truncate", "times": 1})

    with answering(stand, fail_now_and_then):
        for _ in range(5):
            read(stand, stream)
    read_well(stand, stream)
    agree(stand, stream)


def test_a_token_that_dies_in_the_middle_is_renewed_once(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    before = stand.logins()

    def die(number: int) -> None:
        if number == 2:
            stand.revoke()

    with answering(stand, die) as calls:
        read_well(stand, stream)
    assert calls() >= 2
    assert stand.logins() - before == 1
    agree(stand, stream)


def test_a_token_that_is_refused_twice_is_a_persons_business(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    before = stand.logins()
    stand.fail({"route": stand.route(stream), "kind": "status", "status": 401})
    done = read(stand, stream)
    assert None not in codes(done)
    assert stand.logins() - before <= 2
    row = status_of(stand)
    assert row.status == "needs attention"
    assert row.status_reason
    assert row.next_step
    stand.fail()
    read_well(stand, stream)
    assert status_of(stand).status == "connected"
    agree(stand, stream)


def test_a_full_limit_is_left_alone_for_as_long_as_is_said(
    stand: Stand, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asleep(seconds: float) -> None:
        raise AssertionError(f"a reader slept for {seconds} s")

    monkeypatch.setattr(http.time, "sleep", asleep)
    monkeypatch.setattr("tasks.ring.works_inline", lambda: False)
    stand.fill(stream)
    with clock.frozen(clock.now()) as advance:
        for number in range(len(stand.fulls)):
            full = stand.fulls[number]
            rule = {"route": stand.route(stream), "kind": "status", "status": 429}
            stand.fail({**rule, "headers": dict(full.headers)})
            done = read(stand, stream)
            assert None not in codes(done), full.name
            fails = stand.fails()
            assert fails == len(done)
            for cursor_id in cursors(stand, stream):
                wait = due_at(cursor_id) - clock.now()
                least, most = full.wait_s - 2, full.wait_s * 1.5 + 2
                assert timedelta(seconds=least) <= wait <= timedelta(seconds=most), full.name
            # Whoever asks before asks nobody.
            read(stand, stream)
            assert stand.fails() == fails
            assert status_of(stand).status != "needs attention"
            stand.fail()
            # The platform's clock goes with ours.
            advance(timedelta(seconds=full.wait_s + 2))
            stand.later(full.wait_s + 2)
        read_well(stand, stream)
    agree(stand, stream)


def test_what_is_not_granted_is_said_with_what_to_grant(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    stand.fail({"route": stand.route(stream), "kind": "status", "status": 403})
    assert None not in codes(read(stand, stream))
    run = _last_run(stand, stream)
    assert run.error
    assert run.next_step
    sales = platforms()[status_of(stand).platform].streams[stream].sales
    # What isn't a sale is left out: sales go on, and nobody need be woken.
    assert run.status == ("failed" if sales else "left out")
    stand.fail()
    read_well(stand, stream)
    agree(stand, stream)
    assert status_of(stand).status == "connected"


def _last_run(stand: Stand, stream: str) -> Any:
    query = "SELECT * FROM sync_runs WHERE connection_id = :c AND stream = :s ORDER BY id DESC"
    return ask(query, c=stand.connection_id, s=stream)[0]
