"""Takes a page of orders apart without touching their bytes."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from config.errors import TransientError
from connectors.base.contract import Record, Response
from connectors.toast.paging import Listing
from connectors.toast.timestamps import instant

PAGE_SIZE = 100
_NEXT = re.compile(r'rel="?next"?', re.IGNORECASE)
_NEVER = datetime.min.replace(tzinfo=UTC)

# What JSON is made of, for finding where an element ends: whole strings, brackets, commas.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_GUID_FIRST = re.compile(rb'\{\s*"guid"\s*:\s*"([\w:.-]{1,300})"')
_OWN_GUID = re.compile(rb'"guid"\s*:\s*"([\w:.-]{1,300})"')


class Identity(msgspec.Struct):
    """What places an order among its copies."""

    guid: str | None = None
    modifiedDate: str | None = None


_raws = msgspec.json.Decoder(list[msgspec.Raw])
_identities = msgspec.json.Decoder(Identity)


def read(response: Response, location: str) -> Listing:
    """The orders of one page, each once and with its bytes as they came.

    Raises: TransientError when it is no list at all: the answer was cut or isn't Toast's.
    """
    listed = list(elements(response.body))
    newest: dict[str, Record] = {}
    for raw in listed:
        guid = _guid(raw)
        kept = newest.get(guid)
        if kept is None or identity(raw)[1] > identity(kept.raw)[1]:
            newest[guid] = Record("orders", guid, raw, location)
    return Listing([*newest.values()], _more(response.headers, len(listed)))


def _guid(raw: bytes) -> str:
    """An order's guid; Toast names it first, so that the rest needn't be read for it."""
    first = _GUID_FIRST.match(raw)
    return first[1].decode() if first else identity(raw)[0]


def identity(raw: bytes) -> tuple[str, datetime]:
    """An order's guid and when it was changed; a stand-in for what can't be read of either."""
    try:
        found = _identities.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _guessed(raw), _NEVER
    try:
        modified = instant(found.modifiedDate) if found.modifiedDate else _NEVER
    except ValueError:
        modified = _NEVER
    return found.guid or _guessed(raw), modified


def _guessed(raw: bytes) -> str:
    """The first guid outside any nested part, or else a name made of the bytes themselves."""
    flat = b"".join(raw[start:end] for depth, start, end in _stretches(raw) if depth == 1)
    match = _OWN_GUID.search(flat)
    return match[1].decode() if match else f"unreadable:{sha256(raw).hexdigest()[:32]}"


def _more(headers: Mapping[str, str], size: int) -> bool:
    """Whether another page follows: as the Link header says, or by the page's size without one."""
    link = headers.get("link")
    return size >= PAGE_SIZE if link is None else bool(_NEXT.search(link))


def elements(body: bytes) -> Iterator[bytes]:
    """The elements of a list with their bytes as they came, even those that are no JSON.

    Raises: TransientError when it is no list at all: the answer was cut or isn't Toast's.
    """
    try:
        yield from (bytes(raw) for raw in _raws.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _split(body)


def _split(body: bytes) -> Iterator[bytes]:
    """The elements of a list that no decoder takes, because one of them is no JSON or too deep."""
    text = body.strip()
    stretches = list(_stretches(text))
    if text[:1] != b"[" or not stretches or stretches[-1][0] != 0:
        raise TransientError("toast.garbled", "Toast's list was cut off or was none.")
    start = 1
    for at in _commas(text):
        yield text[start:at].strip()
        start = at + 1
    if last := text[start:-1].strip():
        yield last


def _commas(text: bytes) -> Iterator[int]:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in b"[{":
            depth += 1
        elif token[0] in b"]}":
            depth -= 1
        elif token[0] == b"," and depth == 1:
            yield token.start()


def _stretches(text: bytes) -> Iterator[tuple[int, int, int]]:
    """Runs of equal depth as (depth, start, end); the last one's depth is 0 if all is closed."""
    depth, start = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in b"[{]}":
            yield depth, start, token.start()
            depth += 1 if token[0] in b"[{" else -1
            start = token.end()
    yield depth, start, len(text)
