"""The ground a command stands on: settings, servers, tables and the first organization."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cli import environment, home, logs
from config import embedded
from config.errors import PermanentError
from config.settings import Settings, read, refresh, settings

_log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 2.0


class TablesBehindError(PermanentError):
    """The database lacks tables or columns that this code needs."""


@contextmanager
def ground(
    *, tables: bool = True, may_make_home: bool = False, waits: bool = False
) -> Iterator[Settings]:
    """Have servers and tables while the body runs; yields the settings.

    Servers that no setting names are embedded ones, shared with whoever else uses the home.
    With `tables` off nothing is asked of the database. Whoever `waits` does so for a database
    that is away. Raises: NoInstallationError.
    """
    with servers(may_make_home=may_make_home) as found:
        try:
            if waits:
                _await_database()
            if tables:
                have_tables()
            yield found
        finally:
            _let_go()


@contextmanager
def servers(*, may_make_home: bool = False) -> Iterator[Settings]:
    """Have the servers while the body runs, the database as it is. Raises: NoInstallationError.

    Whoever only reads must not find an empty home of its own making in a wrong folder.
    """
    given = read(environment.current())
    if not may_make_home:
        home.insist(given)
    with ExitStack() as held:
        if home.needs_servers(given):
            held.enter_context(
                embedded.servers(
                    given.home,
                    want_database=given.database_url is None,
                    want_broker=given.broker_url is None or given.redis_url is None,
                )
            )
            logs.follow_home()
        _know_public_url(given)
        yield refresh()


def have_tables() -> None:
    """Bring an embedded database up to date; on a server of your own that is your decision.

    Raises: TablesBehindError.
    """
    from models import migrations

    if migrations.behind():
        if read(environment.current()).database_url is not None:
            raise TablesBehindError(
                "database.behind",
                "The database's tables are older than this program.",
                next_step="Run 'taxpoynt migrate', then start again.",
            )
        migrations.upgrade()
    have_first_organization()


def _await_database() -> None:
    """Look for it until it answers."""
    from sqlalchemy.exc import DBAPIError

    from models.session import engine

    while True:
        try:
            with engine().connect():
                return
        except DBAPIError as error:
            _log.warning("the database is waited for: %s", type(error.orig).__name__)
            time.sleep(_LOOK_AGAIN_S)


def have_first_organization() -> None:
    """Make an organization and its owner where there is none."""
    from models import organizations
    from models.session import unit_of_work

    with unit_of_work() as session:
        organizations.ensure_first(session)


def _know_public_url(given: Settings) -> None:
    """Outside `up` too, links and webhook addresses lead to the web that runs in this home."""
    port = embedded.home.Home(given.home).remembered("web.port")
    if given.public_url is None and port is not None:
        environment.suppose("TAXPOYNT_PUBLIC_URL", f"http://127.0.0.1:{port}")


def _let_go() -> None:
    """Close the database's connections before an embedded server stops."""
    from models.session import engine

    if engine.cache_info().currsize:
        engine().dispose()
        engine.cache_clear()
    settings.cache_clear()
