"""Make a one-time link to sign in to the pages with."""

import click
from sqlalchemy.orm import Session

from cli.ground import ground
from cli.output import Output
from cli.running import ready
from cli.verb import verb
from cli.web_address import web_url
from config import clock
from config.errors import PermanentError
from models import organizations
from models.organization import User
from models.session import unit_of_work


class UnknownPersonError(PermanentError):
    """Nobody has that address."""


@verb
@click.argument("email", required=False)
def command(out: Output, email: str | None) -> None:
    """Print a link that signs EMAIL in, once; by default the first organization's owner."""
    with ground() as settings, unit_of_work() as session:
        user = _person(session, email)
        url = web_url(settings)
        link = _link(session, user, url)
    out.answer({"email": user.email, "link": link}, link)
    if not ready.answers(f"{url}/healthz"):
        out.say("Nothing answers there: 'make up' or 'taxpoynt web' starts it.")


def link_for_owner(url: str) -> str:
    """A link on the web at `url` for the first organization's owner."""
    with unit_of_work() as session:
        return _link(session, _person(session, None), url)


def _link(session: Session, user: User, url: str) -> str:
    from dashboard.sign_in import make_link

    return url.rstrip("/") + make_link(session, user, clock.now())


def _person(session: Session, email: str | None) -> User:
    if email is None:
        return organizations.ensure_first(session)[1]
    found = organizations.by_email(session, email)
    if found is None:
        raise UnknownPersonError(
            "person.unknown",
            f"There is nobody with the address {email}.",
            next_step="Leave the address out for the first organization's owner.",
        )
    return found
