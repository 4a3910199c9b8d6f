"""The base images; where none can be pulled, stand-ins made of Debian's own packages."""

import shutil
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.compose.shell import run, works

PYTHON = "python:3.11-slim-bookworm"
POSTGRES = "postgres:17-bookworm"
BROKER = "valkey/valkey:8-bookworm"
_STAND_IN = Path(__file__).parent / "stand_in"
_DEBIAN = ("ca-certificates", "python3", "python3-venv", "python3-pip")
_BUNDLE = "etc/ssl/certs/ca-certificates.crt"


def have() -> None:
    """Have every base image of the Dockerfile and of docker-compose.yml."""
    _have(PYTHON, _bootstrap)
    _have(POSTGRES, lambda: _build("postgres", POSTGRES))
    _have(BROKER, lambda: _build("broker", BROKER))


def _have(name: str, make: Callable[[], None]) -> None:
    there = works("docker", "image", "inspect", name)
    if not there and not works("docker", "pull", "--quiet", name, timeout_s=120):
        make()


def _bootstrap() -> None:
    """A small Debian with Python, which trusts whom this machine trusts."""
    root = Path(tempfile.mkdtemp(prefix="taxpoynt-base-"))
    try:
        packages = f"--include={','.join(_DEBIAN)}"
        run("debootstrap", "--variant=minbase", packages, "bookworm", root)
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        bundle = ssl.get_default_verify_paths().cafile
        if bundle:
            shutil.copy(bundle, root / _BUNDLE)
        (root / "etc/pip.conf").write_text(f"[global]\ncert = /{_BUNDLE}\n")
        run("sh", "-c", f"tar -C {root} -c . | docker import - {PYTHON}")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _build(folder: str, name: str) -> None:
    run("docker", "build", "--tag", name, _STAND_IN / folder)
