"""The home of an installation: there already, or made by a command that may make one."""

from config.embedded.home import Home
from config.errors import PermanentError
from config.settings import Settings


class NoInstallationError(PermanentError):
    """The home that a command was to work in does not exist."""


def is_there(given: Settings) -> bool:
    """Whether a command finds an installation: servers in its home, or elsewhere by settings."""
    return not needs_servers(given) or Home(given.home).run.is_dir()


def needs_servers(given: Settings) -> bool:
    """Whether the home has servers of its own, since settings don't name them all."""
    return not (given.database_url and given.broker_url and given.redis_url)


def insist(given: Settings) -> None:
    """Raises: NoInstallationError where nobody installed anything."""
    if not is_there(given):
        raise missing(given)


def missing(given: Settings) -> NoInstallationError:
    """What is said where nobody installed anything."""
    return NoInstallationError(
        "home.missing",
        f"There is no installation in {given.home}.",
        next_step=(
            "Go to the folder that holds it, or set TAXPOYNT_HOME to its home;"
            " 'taxpoynt up' makes a new one here."
        ),
    )
