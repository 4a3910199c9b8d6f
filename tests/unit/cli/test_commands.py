import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from cli.main import taxpoynt, verbs

_ROOT = Path(__file__).resolve().parents[3]
_PROMISED = {"up", "worker", "beat", "web", "flower", "migrate", "sandbox", "doctor", "sign-in"}


def test_every_promised_command_is_there() -> None:
    assert set(verbs()) >= _PROMISED


def test_every_command_takes_json_and_explains_itself() -> None:
    for name in verbs():
        said = CliRunner().invoke(taxpoynt, [name, "--help"])
        assert said.exit_code == 0, name
        assert "--json" in said.output or "Commands:" in said.output, name


def test_listing_the_commands_imports_none_of_them() -> None:
    program = "import sys, cli.main; cli.main.taxpoynt(['--help'], standalone_mode=False); " + (
        "sys.exit(bool({'celery', 'sqlalchemy', 'rich', 'flask', 'structlog'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=_ROOT, check=False)
    assert found.returncode == 0


def test_it_says_which_release_it_is_where_the_project_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(metadata, "distribution", _missing)
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(taxpoynt, ["--version"])
    assert said.exit_code == 0
    assert re.fullmatch(r"taxpoynt \d+\.\d+\.\d+\n", said.output)


def _missing(name: str) -> NoReturn:
    raise metadata.PackageNotFoundError(name)
