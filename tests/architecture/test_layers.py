"""Who may import whom: the contracts of setup.cfg, and that it is this repository that runs."""

import subprocess
import sys
from pathlib import Path

import models
from tests.architecture.tree import ROOT


def test_the_import_contracts_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_models_that_run_are_those_of_this_repository() -> None:
    assert Path(models.__file__).resolve().is_relative_to(ROOT)
