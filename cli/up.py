"""Start all of it on this machine: servers, stand-ins, web, workers, beat, Flower."""

from contextlib import ExitStack

import click

from cli import environment, exit
from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.running import single
from cli.running.crew import Crew, Signals, StoppedError
from cli.running.plan import Plan
from cli.running.start import start
from cli.verb import verb
from config.settings import read


@verb
@click.option("--no-sandbox", is_flag=True, help="Without stand-in platforms.")
@click.option("--port", type=Whole(1, 65535), help="The web's; 8000 or the next free.")
def command(out: Output, no_sandbox: bool, port: int | None) -> int:
    """Start everything and keep it running until Ctrl-C.

    Started again, nothing is lost and every address is the same.
    """
    home = read(environment.current()).home
    signals = Signals()
    with single.alone(home), ExitStack() as held:
        plan = Plan.choose(home, port, with_stand_ins=not no_sandbox, say=out.say)
        crew = Crew(signals)
        try:
            with out.during("Starting the database and the broker") as doing:
                settings = held.enter_context(ground(may_make_home=True))
                held.callback(_stop, crew, out)
                addresses = start(crew, plan, settings, out.say, doing)
        except StoppedError:
            return exit.INTERRUPTED
        single.record(home, plan.web_url)
        out.answer(addresses.document(), addresses.text())
        crew.watch()
    out.say("All is stopped and nothing is lost: 'make up' goes on where it was.")
    return exit.DONE


def _stop(crew: Crew, out: Output) -> None:
    out.say("Stopping; Ctrl-C again hurries.")
    crew.stop()
