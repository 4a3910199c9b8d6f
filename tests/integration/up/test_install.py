"""What `make install` finds of an earlier run, with Pythons and a uv that only note their calls."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.children import ROOT

_NOTE = '#!/bin/sh\necho "$(basename "$0") $*" >> "$NOTED"\n'
# What makes a venv leaves a Python that has pip, and activate last of all.
_BUILDS = """case "$*" in
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python
    touch .venv/bin/activate ;;
esac
"""
_WITHOUT_PIP = 'case "$*" in "-m pip"*) exit 1 ;; esac\n'
# And nothing else of this machine's, which may have a uv.
_TOOLS = ("make", "sh", "basename", "cp", "mkdir", "rm", "touch")
_BUILT = "found -m venv --clear .venv"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A clone, as far as make looks at it."""
    for name in ("requirements.lock", "setup.cfg", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    return tmp_path


def test_a_first_install_makes_the_venv_and_a_second_nothing(place: Path) -> None:
    assert _BUILT in _installed(place)
    assert not _installed(place)


def test_an_install_interrupted_before_pip_is_there_begins_anew(place: Path) -> None:
    _program(place / ".venv/bin/python", _WITHOUT_PIP)
    assert _BUILT in _installed(place)
    assert (place / ".venv/installed").exists()


def test_an_install_interrupted_amid_pip_begins_anew(place: Path) -> None:
    _program(place / ".venv/bin/python")
    assert _BUILT in _installed(place)


def test_an_install_interrupted_later_goes_on(place: Path) -> None:
    _installed(place)
    (place / ".venv/installed").unlink()
    assert _BUILT not in _installed(place)


def test_uv_needs_no_pip(place: Path) -> None:
    _program(place / ".venv/bin/python", _WITHOUT_PIP)
    _program(place / "bin/uv")
    calls = _installed(place)
    assert _BUILT not in calls
    assert "uv pip install --quiet --python .venv/bin/python --no-deps --editable ." in calls


def _installed(place: Path) -> Sequence[str]:
    """What `make install` called."""
    noted = place / "noted"
    noted.unlink(missing_ok=True)
    _program(place / "bin/found", _BUILDS)
    for tool in _TOOLS:
        (place / "bin" / tool).unlink(missing_ok=True)
        (place / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    made = subprocess.run(
        [place / "bin/make", "install", "PYTHONS=found"],
        cwd=place,
        env={"PATH": str(place / "bin"), "NOTED": str(noted)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return noted.read_text().splitlines() if noted.exists() else []


def _program(path: Path, does: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_NOTE + does)
    path.chmod(0o755)
