"""A child that was spawned ends with its parent."""

import os
import signal
from pathlib import Path

from config.embedded.processes import command_line, spawn
from tests.waiting import until


def test_child_of_a_killed_parent_ends(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    parent = os.fork()
    if parent == 0:
        with spawn(["sleep", "600"], env=dict(os.environ), log=None) as child:
            told.write_text(str(child.pid))
    number = int(until(lambda: told.exists() and told.read_text(), what="child started"))
    assert command_line(number) == "sleep 600"
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until(lambda: not command_line(number), what="child ended")


def test_output_is_appended_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for text in ("first", "second"):
        with spawn(["sh", "-c", f"echo {text}; echo {text} >&2"], env={}, log=log) as child:
            assert child.wait() == 0
    assert log.read_text().split() == ["first", "first", "second", "second"]
