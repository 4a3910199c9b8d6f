"""Workers that are killed at the worst moments: their work is done by others, once."""

from contextlib import ExitStack
from time import monotonic

from tests.faults import queues
from tests.faults.conftest import (
    Books,
    beating,
    child_at,
    heard_again,
    opened,
    orders_held,
    weakened,
    worker,
)
from tests.installation import Installation
from tests.waiting import until

# By when what a killed child had is done: the sweep looks every five seconds for what has waited
# for two, and then it takes as long as ever.
_BACK_S = 10.0
_RETRIED = '"worker lost with a batch"'


def undisturbed(installation: Installation) -> float:
    """How long a merchant's deliveries take when nobody is killed, on this machine, just now."""
    books = opened(installation)
    began = monotonic()
    books.signal()
    books.settled()
    return monotonic() - began


def test_a_child_that_is_killed_before_it_commits(installation: Installation, books: Books) -> None:
    with worker(installation) as one, beating(installation):
        heard_again(installation)
        calm_s = undisturbed(installation)
        with orders_held(installation) as lock:
            books.take_in()
            books.signal()
            (port, *_) = lock.waiters()
            child_at(one, port).kill()
        killed = monotonic()
        books.settled()
        assert monotonic() - killed < _BACK_S + max(1.0, 3 * calm_s)
        assert books.states == {"done": 5}
        # The message came back once, and each delivery was tried once more: with the others by the
        # sweep, or alone after its loss was counted.
        until(lambda: one.says(_RETRIED), what="the message to come back")
        assert books.tries in ({(1, 0)}, {(1, 2)})
        until(lambda: not queues.waiting(installation), what="the messages to be acknowledged")
        assert one.log.read_text().count(_RETRIED) == 1
        assert one.alive


def test_a_child_that_is_killed_after_it_commits_and_before_its_message_is_acknowledged(
    installation: Installation, books: Books
) -> None:
    with worker(installation) as one, beating(installation):
        heard_again(installation)
        calm_s = undisturbed(installation)
        with orders_held(installation) as lock:
            books.take_in()
            books.signal()
            (port, *_) = lock.waiters()
            child = child_at(one, port)
            frozen = ExitStack()
            frozen.enter_context(installation.frozen("valkey"))
        with frozen:
            # It has committed, and is about to tell a broker that doesn't listen of invoices.
            until(lambda: books.states == {"done": 5}, what="the commit")
            child.kill()
        killed = monotonic()
        books.settled()
        until(lambda: not queues.waiting(installation), what="the message to be acknowledged")
        assert monotonic() - killed < _BACK_S + max(1.0, 3 * calm_s)
        # The message came back once, and found nothing to try again.
        until(lambda: one.says(_RETRIED), what="the message to come back")
        assert books.tries == {(1, 0)}
        assert one.log.read_text().count(_RETRIED) == 1
        books.settled()


def test_a_worker_that_is_killed_with_all_its_children_at_work(
    installation: Installation,
) -> None:
    all_books = [opened(installation) for _ in range(4)]
    with worker(installation, concurrency=4) as one:
        with orders_held(installation) as lock:
            for books in all_books:
                books.signal()
            lock.waiters(4)
            one.kill()
        assert queues.waiting(installation) == {queues.UNACKED: 4}

    with worker(installation):
        # A worker is back, and yet nothing happens: the messages lie with the one that is dead.
        another = opened(installation)
        another.signal()
        until(lambda: another.states == {"done": 5}, what="the worker to work")
        assert [books.states for books in all_books] == [{"pending": 5}] * 4
        assert all_books[0].found()["lost"]

        with beating(installation):
            for books in (*all_books, another):
                books.settled()
        # The messages come back in the end, and change nothing.
        queues.age_unacked(installation)
        until(lambda: not queues.waiting(installation), what="the messages to be done with")
        for books in (*all_books, another):
            books.settled()


def test_with_early_acknowledgement_and_no_sweep_a_kill_loses_work(
    installation: Installation, books: Books
) -> None:
    with weakened(installation, "early") as one:
        with orders_held(installation) as lock:
            books.take_in()
            books.signal()
            (port, *_) = lock.waiters()
            acknowledged = lambda: queues.UNACKED not in queues.waiting(installation)  # noqa: E731
            until(acknowledged, what="the message to be acknowledged early")
            child_at(one, port).kill()
        another = opened(installation)
        another.signal()
        until(lambda: another.states == {"done": 5}, what="the worker to work")
    assert books.states == {"pending": 5}
    assert books.found()["lost"] == 10


def test_without_the_guard_of_versions_the_checker_finds_what_is_stale(
    installation: Installation, books: Books
) -> None:
    with weakened(installation, "unguarded"):
        for version in (2, 1):
            books.take_in(version)
            books.signal()
            until(lambda: "pending" not in books.states, what="a version to be applied")
    assert books.found()["stale"] == 5
