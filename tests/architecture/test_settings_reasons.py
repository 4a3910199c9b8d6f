"""Each of Celery's settings that is set has its reason beside it."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import ROOT

# What these are for is said together with the setting above them.
LEANING = {
    "accept_content",
    "task_ignore_result",
    "task_reject_on_worker_lost",
    "task_acks_on_timeout",
    "task_soft_time_limit",
    "task_send_sent_event",
    "task_queues",
    "task_default_exchange",
    "task_default_routing_key",
}


def test_every_setting_has_its_reason() -> None:
    text = (ROOT / "celeryconfig.py").read_text()
    assert set(_without_reason(text)) == LEANING
    assert set(_without_reason(text, alone=False)) == set()


def test_a_setting_without_one_is_found() -> None:
    assert list(_without_reason("# --- Part ---\na = 1\n\n# Why.\n\nb = 1")) == ["a", "b"]
    assert list(_without_reason("# Why.\na = 1\nb = 1", alone=True)) == ["b"]
    assert list(_without_reason("# Why.\na = 1\nb = 1", alone=False)) == []
    assert list(_without_reason("# Why.\na = 1\n\nb = 1", alone=False)) == ["b"]
    assert list(_without_reason("a = {\n    # Why.\n    1: 2,\n}\n_c = 1\nE = 1")) == []


def _without_reason(text: str, *, alone: bool = True) -> Iterator[str]:
    """The settings without a comment inside or above them; shared with those above, unless `alone`.

    Those are in lines without a gap.
    """
    lines, said, ended = text.splitlines(), False, 0
    for each in ast.parse(text).body:
        if not isinstance(each, ast.Assign | ast.AnnAssign):
            continue
        own = any(map(_is_reason, lines[max(each.lineno - 2, 0) : each.end_lineno]))
        said = own or (said and not alone and each.lineno == ended + 1)
        ended = each.end_lineno or each.lineno
        name = ast.unparse(each.targets[0] if isinstance(each, ast.Assign) else each.target)
        if name.islower() and not name.startswith("_") and not said:
            yield name


def _is_reason(line: str) -> bool:
    return line.lstrip().startswith("# ") and not line.startswith("# ---")
