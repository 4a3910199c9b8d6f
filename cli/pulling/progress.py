"""A progress bar for people; plain lines now and then where nobody sees a bar."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from config import clock

_LINE_EVERY_S = 5.0


class Progress:
    """Shows a fraction, rows, their rate and the time left, on standard error.

    Rate and time left are of this command alone: what an earlier one read took none of its time.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar = _bar(title) if sys.stderr.isatty() else None
        self._first: tuple[int, int] | None = None
        self._began = self._last_line = clock.monotonic()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, done: int, total: int, rows: int) -> None:
        """How far it is: `done` of `total` pieces, `rows` read in all."""
        if self._first is None:
            self._first = (done, rows)
        text = self._text(done, total, rows)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, text=text)
            return
        if clock.monotonic() - self._last_line >= _LINE_EVERY_S:
            self._last_line = clock.monotonic()
            share = f"{done * 100 // total} %" if total else "0 %"
            sys.stderr.write(f"{self._title}: {share}, {text}\n")
            sys.stderr.flush()

    def _text(self, done: int, total: int, rows: int) -> str:
        before, rows_before = self._first or (0, 0)
        elapsed = max(clock.monotonic() - self._began, 0.001)
        text = f"{rows:,} rows, {(rows - rows_before) / elapsed:,.0f} rows/s"
        if before < done < total:
            left_s = round(elapsed / (done - before) * (total - done))
            text += f", {left_s // 60}:{left_s % 60:02} left"
        return text


def _bar(title: str) -> Bar:
    made = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[text]}"),
        console=Console(file=sys.stderr, markup=False, highlight=False),
        transient=True,
        # The answer goes there, and is no line above the bar.
        redirect_stdout=False,
    )
    made.add_task(title, total=None, text="")
    return made
