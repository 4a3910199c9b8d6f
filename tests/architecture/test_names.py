"""Names that say nothing, and marks of what isn't finished."""

import re

from tests.architecture.tree import ROOMS, ROOT, written

SAYS_NOTHING = re.compile(r"(^|_)(utils?|helpers?|common|managers?|services?|misc)(_|$)")
UNFINISHED = re.compile(r"\b(" + "|".join(("TODO", "FIXME", "HACK")) + r")\b")


def test_every_file_says_what_it_is() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in written(*ROOMS, "tests")
        for part in path.relative_to(ROOT).with_suffix("").parts
        if SAYS_NOTHING.search(part)
    ]
    assert not found


def test_nothing_is_left_for_later() -> None:
    ours = str(ROOT / "tests/architecture/test_names.py")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in written(*ROOMS, "tests")
        if str(path) != ours
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found
