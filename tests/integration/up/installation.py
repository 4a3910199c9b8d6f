"""An installation with a home of its own, seen from outside: what runs in it and what it says."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.running import single
from config.embedded import discard
from tests import nursery
from tests.children import ROOT, TAXPOYNT, Child, child
from tests.waiting import until


@dataclass
class Installation:
    """A home, and the commands that are given in it."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """A command to its end; `settings` without their prefix."""
        given = {f"TAXPOYNT_{name}": value for name, value in settings.items()}
        argv = [*TAXPOYNT, *arguments]
        with nursery.piped(argv, env=self.env | given, cwd=str(ROOT)) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(argv, process.wait(), out, err)

    @contextmanager
    def up(self, *options: str) -> Iterator[tuple[Child, dict[str, Any]]]:
        """`up` until the body ends, and what it printed once it was ready."""
        answer = self.home / "answer.json"
        answer.unlink(missing_ok=True)
        program = (sys.executable, "-m", "tests.integration.up.answering", str(answer))
        with child(
            [*program, "up", "--json", *options], log=self.home / "up.log", env=self.env
        ) as process:

            def answered() -> Any:
                assert process.alive, process.log.read_text()
                return answer.exists() and answer.read_text().endswith("\n")

            until(answered, timeout_s=120, what="everything is up")
            yield process, json.loads(answer.read_text())

    def is_up(self) -> bool:
        return single.running(self.home) is not None

    def processes(self) -> dict[int, str]:
        """Whatever runs for this home, servers included."""
        mark, found = str(self.home).encode(), {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                line = (folder / "cmdline").read_bytes()
                of_ours = b"TAXPOYNT_HOME=" + mark in (folder / "environ").read_bytes()
                if (of_ours or mark in line) and int(folder.name) != os.getpid() and line:
                    found[int(folder.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        return found

    def pids_of(self, *words: str) -> list[int]:
        """The processes whose command line holds all of these."""
        return [pid for pid, line in self.processes().items() if all(w in line for w in words)]


@contextmanager
def installation() -> Iterator[Installation]:
    """One that is gone after the body."""
    with tempfile.TemporaryDirectory(prefix="taxpoynt-up-") as folder:
        home = Path(folder)
        # As an ordinary folder is: PostgreSQL does not run as root.
        home.chmod(0o755)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TAXPOYNT_")}
        try:
            # Installing compiled what is installed: no need to do it again for the run.
            own = {"TAXPOYNT_HOME": str(home), "PYTHONPYCACHEPREFIX": ""}
            yield Installation(home, clean | own)
        finally:
            discard(home)
