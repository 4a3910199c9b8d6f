"""What a newcomer does: clone, `make up`, open the link. Nothing here was installed before."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from config import embedded
from tests.children import ROOT, Child, child, free_port
from tests.waiting import until

_INSTALL_AND_START_S = 400
# What the run that tests it set for itself is nothing that a newcomer has.
_UNSET = {"MAKEFLAGS": "", "VIRTUAL_ENV": "", "PYTHONPATH": "", "PYTHONPYCACHEPREFIX": ""}


@pytest.fixture
def clone() -> Iterator[Path]:
    """The files that git knows, as they are now, in a folder that ends with the test."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    with tempfile.TemporaryDirectory(prefix="taxpoynt-clone-") as folder:
        # As an ordinary folder is: PostgreSQL does not run as root.
        Path(folder).chmod(0o755)
        for name in filter(None, known):
            if (ROOT / name).exists():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, Path(folder) / name)
        try:
            yield Path(folder)
        finally:
            embedded.discard(Path(folder) / ".taxpoynt")


def test_one_command_in_an_empty_clone_brings_orders_and_their_invoices(
    clone: Path, tmp_path: Path
) -> None:
    port = free_port()
    make = ("make", "--no-print-directory", "-C", clone)
    with child([*make, "up", f"ARGS=--port {port}"], log=tmp_path / "up.log", env=_UNSET) as up:
        with requests.Session() as visitor:
            _sign_in(visitor, up)
            base = f"http://127.0.0.1:{port}"
            until(lambda: _links(visitor, base, "orders"), timeout_s=90, what="orders")
            until(lambda: _links(visitor, base, "invoices"), timeout_s=90, what="invoices")
            assert "demo-toast" in visitor.get(base, timeout=10).text
        subprocess.run([*make, "down"], env=os.environ | _UNSET, timeout=60, check=True)
        until(lambda: not up.alive, what="the end of it")


def _sign_in(visitor: requests.Session, up: Child) -> None:
    until(lambda: up.says("Ctrl-C stops"), timeout_s=_INSTALL_AND_START_S, what="everything is up")
    found = re.search(r"http://\S+/sign-in/\S+", up.log.read_text())
    assert found
    assert visitor.get(found.group(), timeout=10).ok


def _links(visitor: requests.Session, base: str, noun: str) -> list[str]:
    """The records that a page lists."""
    page = visitor.get(f"{base}/{noun}", timeout=10)
    return re.findall(rf'href="(/{noun}/[^"?]+)"', page.text)
