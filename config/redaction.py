"""Keeps secrets out of whatever is written down: by name, by value, by shape."""

import re
from collections.abc import Mapping
from threading import Lock
from typing import Any

HIDDEN = "[hidden]"

_NAMED = (
    r"secret|passw|token|authorization|signature|private.?key|api.?key|cookie|credential|bearer"
)
_NAMES = re.compile(_NAMED, re.IGNORECASE)
# What follows a secret name inside a text: as JSON or Python write it, however often escaped
# (a list or a map hides all the rest: no pattern knows where it ends), as forms and libpq do, and
# as the header of a request.
_ASSIGNED = re.compile(
    rf"(?P<lead>(?:{_NAMED})[\w.-]{{0,40}}(?:\\*[\"']\s*[:=]|\s*=)\s*(?:(?:basic|bearer)\s+)?)"
    r"(?!\[hidden\]|(?:null|none|true|false)(?![\w-]))"
    r"(?:(?P<quote>\\*[\"'])(?!(?P=quote))(?:\\.|[^\\])+?(?P<end>(?P=quote)|\\*$)"
    r"|[\[{](?!\s*[\]}]).*|[^\s\"'\[{][^\s\"'&]*)"
    r"|(?P<header>authorization\s*:\s*\\*[\"']?(?:[a-z]+\s+)?)[^\s\"']+",
    re.IGNORECASE | re.DOTALL,
)
_SHAPES = re.compile(
    r"(?P<bearer>\bBearer\s+)[\w.~+/=-]+"
    # The last @ ends the password, for it may hold others; the next address is one of its own.
    r"|(?P<login>://[^:/\s\"]*:)(?:[^\s\":]|:(?!//))+(?=@)"
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
    if _NAMES.search(value):
        value = _ASSIGNED.sub(_keep_name, value)
    return _SHAPES.sub(_keep_lead, value)


def fields(value: Any) -> Any:
    """A structure with the values of secretly named keys and known secrets hidden, however deep.

    Texts and names are looked through here: once they are JSON, a quote in a secret no longer
    fits it, and what hides a part of a line may tear it.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return text(value.decode(errors="replace"))
    if isinstance(value, Mapping):
        return {
            text(k) if isinstance(k, str) else k: HIDDEN
            if isinstance(k, str) and _NAMES.search(k) and v
            else fields(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [fields(item) for item in value]
    return value


def _keep_lead(found: re.Match[str]) -> str:
    return (found["bearer"] or found["login"] or "") + HIDDEN


def _keep_name(found: re.Match[str]) -> str:
    quote, end = found["quote"] or "", found["end"] or ""
    return (found["lead"] or found["header"]) + quote + HIDDEN + end
