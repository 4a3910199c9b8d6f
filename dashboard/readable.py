"""A stored body laid out for reading, without anything secret."""

import json
import re

from config import redaction
from config.errors import PermanentError
from config.logging import logger
from models import connections

log = logger(__name__)

# Longer than any record of a till; what is cut off is said.
_LONGEST = 200_000

# Marks a number on its way through the JSON writer, which would round it as a float. These two
# characters are nobody's letters.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f'"{_OPEN}([^"]*){_CLOSE}"')


def readable_json(body: bytes | str) -> str:
    """JSON indented, its figures as they were sent; anything else as it is. Secrets are hidden."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        parsed = json.loads(text, parse_float=_mark, parse_int=_mark)
        laid_out = json.dumps(redaction.fields(parsed), indent=2, ensure_ascii=False)
        text = _MARKED.sub(r"\1", laid_out)
    except (ValueError, RecursionError):
        pass
    # Before the cut: half a secret at its edge would no longer be recognised.
    text = redaction.text(text)
    left = len(text) - _LONGEST
    return f"{text[:_LONGEST]}\n… and {left:,} characters more" if left > 0 else text


def learn(sealed: bytes) -> None:
    """Have a connection's secrets known, so that they are hidden wherever they stand."""
    try:
        connections.unseal(sealed)
    except PermanentError:
        log.warning("secrets of a connection can't be read with the keys at hand")


def _mark(number: str) -> str:
    return f"{_OPEN}{number}{_CLOSE}"
