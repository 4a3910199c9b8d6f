"""Brings everything up in the order in which each finds what it needs."""

from collections.abc import Callable, Iterable

from cli import environment
from cli.running import parts, stand_ins
from cli.running.addresses import Addresses
from cli.running.child import Child
from cli.running.crew import Crew
from cli.running.part import Part
from cli.running.plan import Plan
from cli.sign_in import link_for_owner
from config.settings import Settings

# Slow enough to follow on the page, quick enough to see that something happens.
_NEW_ORDER_EVERY_S = 15.0


def start(
    crew: Crew,
    plan: Plan,
    settings: Settings,
    say: Callable[[str], None],
    doing: Callable[[str], None],
) -> Addresses:
    """Start the parts and connect the stand-ins; returns where everything is.

    Raises: NotReadyError, StoppedError.
    """
    env = environment.for_child(HOME=str(plan.home))

    def children(found: Iterable[Part]) -> list[Child]:
        return [Child(part, plan.home, env, say) for part in found]

    doing("Starting web and workers")
    crew.add(
        [children(_stand_ins(plan)), children([parts.web(plan.web)]), children(parts.workers())]
    )
    crew.until_ready()
    doing("Starting beat and Flower")
    # Flower asks the workers once, when it starts: they are there by now.
    crew.add([children([parts.beat()]), children([parts.flower(plan.flower)])])
    connected = _connect(plan, doing)
    crew.until_ready()
    public_url = settings.public_url or plan.web_url
    return Addresses(plan, connected, public_url, link_for_owner(public_url))


def _stand_ins(plan: Plan) -> list[Part]:
    return [
        parts.stand_in(platform, port, plan.home / "sandbox" / platform, _NEW_ORDER_EVERY_S)
        for platform, port in plan.stand_ins.items()
    ]


def _connect(plan: Plan, doing: Callable[[str], None]) -> dict[str, str]:
    """Connection names by platform."""
    connected = {}
    for platform, url in plan.stand_in_urls.items():
        doing(f"Connecting the {platform} stand-in")
        connected[platform] = stand_ins.connect(platform, url, plan.web_url)
    return connected
