"""What is imported is installed, and what is installed has a reason."""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.tree import ROOMS, ROOT, written

_PACKAGE = re.compile(r"^\s*([\w-]+)", re.MULTILINE)
_PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
# For the type checker alone.
_NOT_INSTALLED = {"_typeshed"}


def test_nothing_is_imported_that_installing_does_not_bring() -> None:
    pinned = {_plain(name) for name in _PINNED.findall((ROOT / "requirements.lock").read_text())}
    brings = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)}: {package}"
        for path in written(*ROOMS, "tests")
        for package in _imported(path)
        if not pinned & {_plain(name) for name in brings.get(package, [])}
    }
    assert not missing


def test_every_dependency_has_its_line_and_every_line_its_dependency() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    wanted = setup["options"]["install_requires"] + setup["options.extras_require"]["test"]
    needed = {name.lower() for name in _PACKAGE.findall(wanted)}
    page = (ROOT / "docs/decisions/0010-dependencies.md").read_text()
    cells = re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)[1:]
    told = {name.strip().lower() for cell in cells for name in cell.split(",")} - {"---"}
    assert told == needed


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
