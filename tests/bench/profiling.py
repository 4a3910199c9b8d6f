"""Where the time goes: one subject in this process, under cProfile."""

import cProfile
import pstats
from collections.abc import Callable

from tests.bench.ground import Ground

_LINES = 25


def show(subject: str, on: Ground, *, quick: bool) -> None:
    """Print the functions that took most, by their own time and with what they called."""
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


def _receiver(on: Ground, profile: cProfile.Profile, deliveries: int) -> None:
    from cli.web import application
    from tests.shop import open_shop

    with open_shop(orders=deliveries // 2) as shop:
        client = application().test_client()
        messages = [(one.body, one.headers(shop.secret, 1)) for one in shop.messages()]
        client.post(shop.address, data=messages[0][0], headers=messages[0][1])
        profile.enable()
        for body, headers in messages[1:]:
            client.post(shop.address, data=body, headers=headers)
        profile.disable()


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
    "import": _import,
}
