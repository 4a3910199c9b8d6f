"""Files and tasks that fit on a page or two."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import ROOMS, ROOT, Source, sources, written

LONGEST_FILE = 300
LONGEST_TASK = 20
# A migration is read once, from top to bottom, and never changed.
WHOLE = "models/migrations/versions/"


def test_no_file_is_longer_than_anybody_reads() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in written(*ROOMS, "tests")
    }
    long = {p: n for p, n in lengths.items() if n > LONGEST_FILE and not p.startswith(WHOLE)}
    assert not long


def test_half_of_the_files_fit_on_one_screen() -> None:
    lengths = sorted(len(source.text.splitlines()) for source in sources())
    assert lengths[len(lengths) // 2] <= 80


def test_a_task_is_the_last_lines_of_a_plain_function() -> None:
    long = {
        f"{source.path}:{task.name}": length
        for source in sources()
        if source.room == "tasks"
        for task in _tasks(source)
        if (length := _length(task)) > LONGEST_TASK
    }
    assert not long


def test_a_task_takes_its_arguments_by_keyword() -> None:
    positional = [
        f"{source.path}:{task.name}"
        for source in sources()
        if source.room == "tasks"
        for task in _tasks(source)
        if task.args.args or task.args.posonlyargs or task.args.vararg or task.args.kwarg
    ]
    assert not positional


def _tasks(source: Source) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_task, node.decorator_list)):
            yield node


def _makes_task(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith(("app.task", "slots.scheduled"))


def _length(task: ast.FunctionDef) -> int:
    return (task.end_lineno or task.lineno) - task.decorator_list[0].lineno + 1
