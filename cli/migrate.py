"""Bring the database's tables up to date; running it twice does no harm."""

from cli.ground import have_first_organization, servers
from cli.output import Output
from cli.verb import verb


@verb
def command(out: Output) -> None:
    """Bring the database's tables up to date.

    Run it before new workers start: a step only adds, so those that still run go on.
    """
    with servers(may_make_home=True), out.during("Updating the tables"):
        from models import migrations

        before, after = migrations.current(), migrations.upgrade()
        have_first_organization()
    out.answer(
        {"from": before, "to": after},
        f"The tables are up to date ({after})." if before == after else f"Updated to {after}.",
    )
