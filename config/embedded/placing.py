"""Where the servers' files lie and whom the servers run as: never root."""

import logging
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedServerError
from config.embedded.home import Home
from config.embedded.processes import Account

_log = logging.getLogger(__name__)

# Not a folder for temporary files: those are cleared of what was not read for some weeks.
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Place:
    """The folder for the servers' files, and the account for whoever starts them as root."""

    folder: Path
    account: Account | None

    def owner(self, data: Path) -> Account | None:
        """Return the account to run a server as that keeps its files in ``data``."""
        if not data.exists():
            return self.account
        found = data.stat()
        if self.account and found.st_uid:
            return Account(found.st_uid, found.st_gid)
        if found.st_uid != os.geteuid():
            raise EmbeddedServerError(
                f"{data} belongs to user {found.st_uid}, not to you. Start as the user who "
                f"started the first time, or change the owner of {data} and all in it."
            )
        return self.account


def place(home: Home) -> Place:
    """Choose the folder: where data is already, else the home, if root's servers get there."""
    if os.geteuid() != 0:
        return Place(home.path, None)
    outside = _outside(home)
    if not _holds_data(outside):
        if _holds_data(home.path) or reachable(home.path):
            return Place(home.path, _nobody())
        _log.info("%s is closed to other users: the servers' files are in %s", home.path, outside)
        _open_folder(outside)
    return Place(outside, _nobody())


def _outside(home: Home) -> Path:
    return OUTSIDE / f"taxpoynt-{home.identity()}"


def _holds_data(folder: Path) -> bool:
    return (folder / "postgres").exists() or (folder / "valkey").exists()


def _open_folder(folder: Path) -> None:
    """Make a folder of root's that others may pass through but not list."""
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedServerError(f"{folder} is not a folder of root's: remove it.")
    folder.chmod(0o711)


def reachable(path: Path) -> bool:
    """Whether an unprivileged user gets to ``path``: every folder on the way lets others pass."""
    real = path.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (real, *real.parents))


def remove(home: Home) -> None:
    """Delete the servers' files of a home whose servers are down."""
    folders = [home.path / "postgres", home.path / "valkey"]
    if os.geteuid() == 0:
        folders.append(_outside(home))
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def _nobody() -> Account:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and this machine has no user 'nobody': "
            "start as an ordinary user."
        ) from None
    return Account(found.pw_uid, found.pw_gid)
