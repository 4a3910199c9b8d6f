"""What tests start by way of the nursery is a program like any other."""

import os
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from tests import nursery
from tests.children import ROOT, Child
from tests.waiting import until

_TELL = (sys.executable, "-m", "tests.unit.told")


def test_it_has_its_own_environment_files_folder_and_group(tmp_path: Path) -> None:
    env = {**os.environ, "TOLD": "yes"}
    with nursery.piped([*_TELL, "one", "two"], env=env, cwd=str(ROOT)) as process:
        out, err = process.communicate("given")
    assert out.splitlines() == ["one two", "yes", "given", str(ROOT), str(process.pid)]
    assert (err, process.wait()) == ("aside\n", 3)


def test_it_is_ended_like_any_other(tmp_path: Path) -> None:
    waiting = Child([*_TELL, "wait"], log=tmp_path / "log")
    assert waiting.alive
    waiting.kill()
    assert (waiting.alive, waiting.code) == (False, -SIGKILL)


@pytest.mark.parametrize("module", ["cli", "dashboard", "celeryconfig", "prometheus_client"])
def test_what_reads_the_environment_is_not_loaded_beforehand(module: str) -> None:
    with nursery.piped([*_TELL, "loaded", module], env=os.environ, cwd=str(ROOT)) as process:
        assert process.communicate("")[0] == "False\n"


def test_what_is_loaded_has_not_read_the_environment_yet() -> None:
    with nursery.piped([*_TELL, "settings"], env=os.environ, cwd=str(ROOT)) as process:
        assert process.communicate("")[0] == "True 0\n"


def test_other_programs_are_started_as_ever(tmp_path: Path) -> None:
    said = Child([sys.executable, "-c", "print('here')"], log=tmp_path / "log")
    until(lambda: said.code == 0, what="its end")
    assert said.says("here")
    assert nursery.start([sys.executable, "-c", "pass"], env={}, cwd=str(ROOT), log=1) is None
