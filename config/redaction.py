"""Keeps secrets out of whatever is written down: by name, by value, by shape."""

import re
from collections.abc import Mapping
from threading import Lock
from typing import Any

HIDDEN = "[hidden]"

_NAMES = re.compile(
    r"secret|passw|token|authorization|signature|private.?key|api.?key|cookie|credential|bearer",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"(?P<bearer>\bBearer\s+)[\w.~+/=-]+"
    r"|(?P<login>://[^:/@\s\"]*:)[^@\s\"]+(?=@)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    re.DOTALL,
)
_SHORTEST = 6
# The longest first, so that no secret leaves its tail behind a shorter one. Replaced as a whole:
# one thread may learn a secret while another writes a line.
_values: tuple[str, ...] = ()
_learning = Lock()


def remember(*secrets: str | None) -> None:
    """Hide these values from now on, wherever they turn up in this process."""
    global _values
    new = {s for s in secrets if s and len(s) >= _SHORTEST}.difference(_values)
    if new:
        with _learning:
            _values = tuple(sorted(new.union(_values), key=len, reverse=True))


def text(value: str) -> str:
    """`value` without known secrets and without what looks like one."""
    for secret in _values:
        if secret in value:
            value = value.replace(secret, HIDDEN)
    return _SHAPES.sub(_keep_lead, value)


def fields(value: Any) -> Any:
    """A structure with the values of secretly named keys and known secrets hidden, however deep.

    Texts are looked through here too: once they are JSON, a quote in a secret no longer fits it.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return text(value.decode(errors="replace"))
    if isinstance(value, Mapping):
        return {
            k: HIDDEN if isinstance(k, str) and _NAMES.search(k) and v else fields(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [fields(item) for item in value]
    return value


def _keep_lead(found: re.Match[str]) -> str:
    return (found["bearer"] or found["login"] or "") + HIDDEN
