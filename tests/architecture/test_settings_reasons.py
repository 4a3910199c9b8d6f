"""Each of Celery's settings that is set has its reason beside it."""

import ast
from collections.abc import Iterator
from itertools import groupby

from tests.architecture.tree import ROOT

# So many settings share a comment at most: it can't be about more.
_SHARED_BY = 3


def test_every_setting_has_its_reason() -> None:
    assert not list(_without_reason((ROOT / "celeryconfig.py").read_text()))


def test_a_setting_without_one_is_found() -> None:
    assert list(_without_reason("a = 1")) == ["a"]
    assert list(_without_reason("# --- Part ---\na = 1\n\n# Why.\n\nb = 1")) == ["a", "b"]
    assert list(_without_reason("# Why.\na = 1\nb = 1\nc = 1\nd = 1")) == ["d"]
    assert list(_without_reason("a = {\n    # Why.\n    1: 2,\n}\nb = 1")) == ["b"]
    assert not list(_without_reason("# Why.\na = 1\nb = 1\n\n# Why.\n_c = 1\nd = 1\nE = 1"))


def _without_reason(text: str) -> Iterator[str]:
    """The settings without a comment above them, inside them, or shared with the ones above."""
    lines = text.splitlines()
    for _, block in groupby(_assigned(text), key=lambda each: _start(lines, each)):
        shared = list(block)
        first = shared[0].lineno - 2
        if not (first >= 0 and _is_reason(lines[first])):
            yield from (_name(each) for each in shared if not _says_why(lines, each))
        yield from map(_name, shared[_SHARED_BY:])


def _assigned(text: str) -> list[ast.Assign | ast.AnnAssign]:
    found = [each for each in ast.parse(text).body if isinstance(each, ast.Assign | ast.AnnAssign)]
    return [each for each in found if _name(each).islower()]


def _name(setting: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(setting.target if isinstance(setting, ast.AnnAssign) else setting.targets[0])


def _start(lines: list[str], setting: ast.Assign | ast.AnnAssign) -> int:
    """Where the unbroken run of one-line settings begins that this one stands in."""
    line = setting.lineno - 1
    while line > 0 and lines[line - 1].strip() and lines[line - 1][0] not in "#)]} ":
        line -= 1
    return line


def _says_why(lines: list[str], setting: ast.Assign | ast.AnnAssign) -> bool:
    return any(map(_is_reason, lines[setting.lineno - 1 : setting.end_lineno]))


def _is_reason(line: str) -> bool:
    return line.lstrip().startswith("# ") and not line.startswith("# ---")
