"""A JSON-lines file that is only ever appended to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """What happened, one JSON object a line; a line torn by a crash is forgotten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._mend()

    def _mend(self) -> None:
        """Cut a last line that has no end, so that the next one starts on its own."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            with self._path.open("r+b") as file:
                file.truncate(whole)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Everything written so far, oldest first; lines that aren't JSON are passed over."""
        with self._path.open("rb") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def append(self, entry: dict[str, Any]) -> None:
        """Write one object and flush it."""
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        with self._lock, self._path.open("ab") as file:
            file.write(line)
