"""Connect a platform: try its credentials and store them sealed."""

import click

from cli.ground import ground
from cli.output import Output
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("platform")
@click.argument("name")
@click.option(
    "--config",
    required=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="JSON with the platform's settings; - reads standard input.",
)
@organization_option
def command(out: Output, platform: str, name: str, config: str, organization: str | None) -> int:
    """Connect an account on PLATFORM and call it NAME.

    The same NAME again gives the connection new settings; its webhook address stays.

    Example: taxpoynt connect toast till --config toast.json
    """
    with ground(may_make_home=True):
        from cli.connecting import answer, given, trial

        given.known(platform, name)
        settings, warnings = given.settings(config)
        with out.during(f"Trying the credentials at {platform}"):
            made = trial.connect(organization, platform, name, settings)
        return answer.tell(out, made, warnings)
