"""Keeps secrets out of whatever is written down: by name, by value, by shape."""

import re
from collections.abc import Mapping
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
_values: set[str] = set()


def remember(*secrets: str | None) -> None:
    """Hide these values from now on, wherever they turn up in this process."""
    _values.update(s for s in secrets if s and len(s) >= _SHORTEST)


def text(value: str) -> str:
    """`value` without known secrets and without what looks like one."""
    for secret in _values:
        if secret in value:
            value = value.replace(secret, HIDDEN)
    return _SHAPES.sub(_keep_lead, value)


def fields(value: Any) -> Any:
    """A structure with the values of secretly named keys hidden, however deep."""
    if isinstance(value, Mapping):
        return {
            k: HIDDEN if isinstance(k, str) and _NAMES.search(k) and v else fields(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [fields(item) for item in value]
    return value


def _keep_lead(found: re.Match[str]) -> str:
    return (found["bearer"] or found["login"] or "") + HIDDEN
