"""The streams that Toast has, and who reads each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base.contract import Cursor, Http, Page, Period, Record, Window
from connectors.base.platform import Stream
from connectors.toast import (
    availability,
    cash,
    cash_record,
    configuration,
    configured,
    mapping,
    menu_tree,
    menus,
    orders,
    stock,
)
from rules.facts import Noun


def _no_windows(_: str, __: Period, ___: datetime) -> Sequence[Window]:
    return ()


def _no_history(_: Http, __: Window, ___: Cursor | None, ____: Sequence[str]) -> Iterator[Page]:
    return iter(())


@dataclass(frozen=True)
class Reader:
    """How one stream is read; one of which only the present can be read has no history."""

    stream: Stream
    changes: Callable[[Http, str, Cursor | None, datetime], Iterator[Page]]
    fetch: Callable[[Http, str, Sequence[str]], Iterator[Record]]
    read: Callable[[Record], Noun]
    windows: Callable[[str, Period, datetime], Sequence[Window]] = _no_windows
    history: Callable[[Http, Window, Cursor | None, Sequence[str]], Iterator[Page]] = _no_history


_ALL = (
    Reader(
        orders.ORDERS,
        orders.changes,
        orders.fetch,
        mapping.read_order,
        orders.windows,
        orders.history,
    ),
    Reader(menus.MENUS, menus.changes, menus.fetch, menu_tree.read),
    Reader(stock.STOCK, stock.changes, stock.fetch, stock.read),
    Reader(
        configuration.CONFIGURATION, configuration.changes, configuration.fetch, configured.read
    ),
    Reader(cash.CASH, cash.changes, cash.fetch, cash_record.read, cash.windows, cash.history),
    Reader(availability.AVAILABILITY, availability.changes, availability.fetch, availability.read),
)
READERS: Mapping[str, Reader] = {reader.stream.name: reader for reader in _ALL}
STREAMS: Mapping[str, Stream] = {name: reader.stream for name, reader in READERS.items()}
