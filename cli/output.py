"""What a command says: one JSON document for machines, or a table for people."""

import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_answered = False
# Control characters but for tab and new line, and those that turn the direction of writing.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Output:
    """A command's answer goes to standard output, everything else to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def answer(self, document: Mapping[str, Any], human: str | Callable[[], Any]) -> None:
        """The command's one answer; `human` is a text, or makes a table for people."""
        if self.as_json:
            write_json(document)
            return
        _console(sys.stdout).print(harmless(human) if isinstance(human, str) else human())

    def service(self, document: Mapping[str, Any]) -> None:
        """The answer of a part that runs on; what libraries print later goes beside the log."""
        if self.as_json:
            write_json(document)
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def items(
        self,
        items: Sequence[Mapping[str, Any]],
        columns: Mapping[str, str],
        *,
        empty: str,
        after: str | None = None,
    ) -> None:
        """A list as the answer. `columns` are headings by field; `empty` says what to do next."""
        rows = ([item.get(field) for field in columns] for item in items)
        self.answer(
            {"items": list(items), "next": after},
            lambda: table(columns.values(), rows) if items else empty,
        )

    def say(self, text: str) -> None:
        """A line for the person who waits."""
        _console(sys.stderr).print(harmless(text))

    @contextmanager
    def during(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show what is going on while the body runs; yields a function that changes the text."""
        console = _console(sys.stderr)
        if not console.is_terminal:
            yield lambda _: None
            return
        with console.status(text) as status:
            yield lambda changed: status.update(changed)


def table(headings: Iterable[str], rows: Iterable[Sequence[Any]]) -> Any:
    """A plain table; columns of numbers stand right."""
    from rich import box
    from rich.table import Table

    found = [list(row) for row in rows]
    made = Table(box=box.SIMPLE, pad_edge=False)
    for place, heading in enumerate(headings):
        numbers = all(_is_number(row[place]) for row in found)
        made.add_column(heading, overflow="fold", justify="right" if numbers else "left")
    for row in found:
        made.add_row(*map(_text, row))
    return made


def harmless(text: str) -> str:
    """A text without what a terminal would obey: a guest may be named anything."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def typeable(name: str) -> str:
    """A name as it is typed in a command that a hint shows."""
    return shlex.quote(name)


def _is_number(value: Any) -> bool:
    """Amounts are texts in JSON and stand right all the same."""
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    return isinstance(value, int | Decimal | None)


def fault(code: str, sentence: str, next_step: str, *, as_json: bool) -> None:
    """What went wrong, once: as the JSON document, or in words when that is out already."""
    if as_json and not _answered:
        error = {"code": code, "sentence": sentence, "next_step": next_step}
        write_json({"error": error})
        return
    said = f"{sentence}\n{next_step}\n" if next_step else f"{sentence}\n"
    sys.stderr.write(harmless(said))


def write_json(document: Mapping[str, Any]) -> None:
    """The one document on standard output."""
    global _answered
    _answered = True
    sys.stdout.write(json.dumps(document, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> str:
    """As the JSON API writes it: money as text, instants in UTC."""
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return _instant(value) if isinstance(value, datetime) else harmless(str(value))


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _console(stream: Any) -> "Console":
    from rich.console import Console

    # Nothing is markup: a merchant's name may hold brackets. A pipe has no width to keep to.
    width = None if stream.isatty() else 200
    return Console(file=stream, markup=False, highlight=False, soft_wrap=True, width=width)
