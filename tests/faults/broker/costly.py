"""Work that costs a worker its life: it needs more memory than there is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from sqlalchemy import delete, select, text

from models import DeadMessage, InboxEvent
from models.order_part import OrderLine
from models.session import unit_of_work
from tests.children import Child
from tests.shop import Shop

_LIMIT_BYTES = 25 * 2**20


@contextmanager
def short_of_memory(worker: Child, *, whole: bool = False) -> Iterator[list[int]]:
    """As the kernel does: a child that grows too much is killed. Yields those that were.

    The `whole` worker is where all of it is one container.
    """
    killed: list[int] = []
    ended = threading.Event()
    parent = psutil.Process(worker.pid)

    def watch() -> None:
        base = {child.pid: child.memory_info().rss for child in parent.children()}
        while not ended.wait(0.002):
            for child in parent.children():
                try:
                    grown = child.memory_info().rss - base.setdefault(child.pid, min(base.values()))
                    if grown > _LIMIT_BYTES and child.pid not in killed:
                        for one in (parent, *parent.children()) if whole else (child,):
                            one.kill()
                        killed.append(child.pid)
                except psutil.NoSuchProcess:
                    continue

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield killed
    finally:
        ended.set()
        watching.join()


def giant(shop: Shop, lines: int = 250_000) -> None:
    """A delivery that needs more memory than a worker has: an order of so many lines."""
    genuine = shop.messages()[0]
    selection = b'{"guid":"s"},'
    body = genuine.body.replace(b'"checks":[', b'"checks":[{"selections":[' + selection * lines)
    with unit_of_work() as session:
        event = shop.event(genuine)
        session.add(
            InboxEvent(
                organization_id=event.organization_id,
                connection_id=event.connection_id,
                delivery_id="giant",
                event_type=event.event_type,
                headers=dict(event.headers),
                body=body,
                correlation_id="giant",
            )
        )


def rows() -> dict[str, InboxEvent]:
    with unit_of_work() as session:
        return {each.delivery_id: each for each in session.scalars(select(InboxEvent))}


def states() -> dict[str, str]:
    return {name: each.state for name, each in rows().items()}


def forget_all() -> None:
    """Nothing of an earlier test's is there any more."""
    with unit_of_work() as session:
        session.execute(delete(DeadMessage))
        session.execute(delete(InboxEvent))


def long_order(order_id: int, lines: int = 200_000) -> None:
    """Its invoice needs more memory than a worker has: the order has so many lines."""
    columns = ", ".join(one.name for one in OrderLine.__table__.columns if one.name != "id")
    with unit_of_work() as session:
        session.execute(
            text(
                f"INSERT INTO order_lines ({columns}) SELECT {columns} FROM order_lines,"
                " generate_series(1, :lines) WHERE order_id = :order_id"
            ),
            {"order_id": order_id, "lines": lines},
        )
