"""Who may import whom: the contracts of setup.cfg, and that it is this repository that runs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import models
from tests.architecture.tree import ROOT, Source, sources


def test_the_import_contracts_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_models_that_run_are_those_of_this_repository() -> None:
    assert Path(models.__file__).resolve().is_relative_to(ROOT)


def test_a_platform_never_imports_another() -> None:
    found = {
        (source.path, name)
        for source in sources()
        if source.room == "connectors"
        for name in _imported(source)
        if name.startswith("connectors.")
        and name.split(".")[1] not in {"base", source.path.split("/")[1]}
    }
    assert not found


def test_arithmetic_knows_the_standard_library_alone() -> None:
    found = {
        (source.path, name)
        for source in sources()
        if source.room == "rules"
        for name in _imported(source)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "rules"}
    }
    assert not found


def test_celery_and_flask_stay_where_they_belong() -> None:
    """The command line composes the web and runs the worker: one file each."""
    allowed = {
        "celery": ("tasks/", "cli/worker.py", "cli/beat.py", "cli/flower.py"),
        "flask": ("webhooks/", "dashboard/", "sandbox/", "cli/web.py"),
    }
    found = {
        (source.path, name)
        for source in sources()
        for name in _imported(source)
        if name.partition(".")[0] in allowed
        and not source.path.startswith(allowed[name.partition(".")[0]])
    }
    assert not found


def _imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
