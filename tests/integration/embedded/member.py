"""A process that uses the servers of a home until its standard input ends."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded import EmbeddedServerError, Servers, servers

_ROOT = Path(__file__).parents[3]


class Member:
    """Such a process, seen from a test."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, home],
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def servers(self) -> Servers:
        """Wait until the process has its servers."""
        assert self._process.stdout
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise EmbeddedServerError(answer["error"])
        return Servers(**answer)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


def _answer(found: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> None:
    try:
        with servers(Path(sys.argv[1])) as found:
            _answer(asdict(found))
            sys.stdin.read()
    except EmbeddedServerError as error:
        _answer({"error": str(error)})


if __name__ == "__main__":
    main()
