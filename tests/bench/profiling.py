"""Where the time goes: one subject in this process, under cProfile."""

import asyncio
import cProfile
import pstats
from collections.abc import Callable

from cli import web
from tests.bench.ground import Ground
from tests.bench.peers import shares
from tests.shop import Shop, open_shop

_LINES = 25
PEERS = "peers"


def show(subject: str, on: Ground, *, quick: bool) -> None:
    """Print the functions that took most, by their own time and with what they called."""
    if subject == PEERS:
        shares.show(on, 400 if quick else 3000)
        return
    profile = cProfile.Profile()
    SUBJECTS[subject](on, profile, 400 if quick else 2000)
    stats = pstats.Stats(profile).strip_dirs()
    for order in ("tottime", "cumtime"):
        stats.sort_stats(order).print_stats(_LINES)


def _drain(on: Ground, profile: cProfile.Profile, orders: int) -> None:
    from tasks import handle
    from tests.bench.drain.backlog import backlog

    with backlog(on, orders) as stored:
        stored.fill_ours()
        handle.drain(stored.shop.connection_id)
        profile.enable()
        while handle.drain(stored.shop.connection_id):
            pass
        profile.disable()


def _turns(on: Ground, profile: cProfile.Profile, deliveries: int) -> None:
    """Deliveries that come one by one: a turn of draining and one of invoicing each."""
    from tasks import handle, invoice
    from tests.bench.latency.measure import messages

    with open_shop(orders=deliveries // 8) as shop:
        for number, one in enumerate(messages(shop)):
            shop.take_in([one])
            on.forget_messages()
            if number:
                profile.enable()
            handle.events(connection_id=shop.connection_id, platform="toast")
            profile.disable()
            on.forget_messages()
            if number:
                profile.enable()
            invoice.orders(connection_id=shop.connection_id)
            profile.disable()


def _receiver(on: Ground, profile: cProfile.Profile, deliveries: int) -> None:
    from tests.integration.webhooks.on_a_loop import Asked, Line

    async def take_in(shop: Shop) -> None:
        edge = web.edge()
        edge.__rsgi_init__(asyncio.get_running_loop())
        for number, one in enumerate(shop.messages()):
            if number == 1:
                profile.enable()
            asked = Asked("POST", shop.address, one.body, one.headers(shop.secret, 1))
            await edge.__rsgi__(asked, Line(asked))
        profile.disable()

    with open_shop(orders=deliveries // 2) as shop:
        asyncio.run(take_in(shop))


def _import(on: Ground, profile: cProfile.Profile, orders: int) -> None:
    from tests.bench.history import reader
    from tests.bench.history.source import source

    with source(orders) as history:
        reader.read_all(history.connection_id, history.since, history.until)
        history.forget_rows(on)
        profile.enable()
        reader.read_all(history.connection_id, history.since, history.until)
        profile.disable()


SUBJECTS: dict[str, Callable[[Ground, cProfile.Profile, int], None]] = {
    "receiver": _receiver,
    "drain": _drain,
    "turns": _turns,
    "import": _import,
}
