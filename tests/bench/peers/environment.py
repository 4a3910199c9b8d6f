"""An environment of the peers' own, in the user's cache, made once for a list of requirements."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_WANTED = Path(__file__).with_name("requirements.txt")
_INSTALL_S = 900
# What a change of how it is made makes anew.
_MADE = "compiled"


def interpreter() -> Path | None:
    """The Python that has the peers; None, said in a line, where they can't be installed."""
    home = _folder()
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        sys.stderr.write(
            "  installing dlt and a Singer target into the cache; once, a few minutes\n"
        )
        try:
            _install(home, python)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or str(error)
            sys.stderr.write(f"  skipped: they can't be installed: {said.strip()[-300:]}\n")
            return None
    return python


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    digest = hashlib.sha256(_WANTED.read_bytes() + f"{version} {_MADE}".encode()).hexdigest()[:12]
    return Path(cache).expanduser() / "taxpoynt-bench" / f"peers-{digest}"


def _install(home: Path, python: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", str(home)])
    uv = shutil.which("uv")
    pip = (
        [uv, "pip", "install", "--python", str(python)]
        if uv
        else [str(python), "-m", "pip", "install"]
    )
    _run([*pip, "--quiet", "-r", str(_WANTED)])
    # As ours is: else each start would compile all of it.
    _run([str(python), "-m", "compileall", "-q", "-j", "0", str(home / "lib")], may_fail=True)
    (home / "complete").touch()


def _run(argv: Sequence[str], *, may_fail: bool = False) -> None:
    subprocess.run(argv, check=not may_fail, capture_output=True, text=True, timeout=_INSTALL_S)
