"""What no test checks rots, documents first."""

import re
import subprocess

import pytest

from cli.main import verbs
from connectors.base.contract import Connector, Webhook
from tests.architecture.tree import ROOT

_LINE = re.compile(r"^([\w.-]+)/ {2,}\S", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]+\]\((?!https?:|#)([^)#]+)[^)]*\)")
_SECTIONS = ("## Context", "## Decision", "## Consequences", "## Enforced by")


def test_the_tree_in_the_architecture_is_the_tree_on_disk() -> None:
    told = set(_LINE.findall((ROOT / "docs/architecture.md").read_text()))
    assert told == {path.partition("/")[0] for path in _tracked() if "/" in path} - {".ci"}


def test_every_link_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in _LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not lost


@pytest.mark.parametrize(("file", "contract"), [("client", Connector), ("webhook", Webhook)])
def test_how_to_add_a_platform_names_every_method_of_the_contract(
    file: str, contract: type
) -> None:
    page = (ROOT / "docs/add-a-platform.md").read_text()
    (row,) = re.findall(rf"^\| `{file}\.py` \|(.*)", page, re.MULTILINE)
    methods = [name for name, of in vars(contract).items() if callable(of) and name[0] != "_"]
    assert sorted(re.findall(r"`(\w+)`", row)) == sorted(methods)


def test_every_decision_says_what_why_and_who_watches() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [page.name[:4] for page in decisions] == [
        f"{number:04d}" for number in range(1, len(decisions) + 1)
    ]
    for page in decisions:
        text = page.read_text()
        assert all(section in text for section in _SECTIONS), page.name


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text()
    assert not [name for name in verbs() if f"taxpoynt {name}" not in text]


def _tracked() -> list[str]:
    found = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return found.stdout.split("\n")
