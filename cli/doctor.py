"""Say what is wrong with this installation, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from importlib import import_module

from cli import exit, failure
from cli.ground import servers
from cli.output import Output
from cli.verb import verb
from tasks.preflight import Finding, Level

# Looked at in this order, once the machine is known to be sound.
_ON_SERVERS = ("database", "broker", "workers", "web")


@verb
def command(out: Output) -> int:
    """Look at everything this installation stands on. Exit code 1 when something fails."""
    with out.during("Looking at everything"):
        found = list(_findings())
    failed = [each for each in found if each.level is Level.FAIL]
    document = {"ok": not failed, "checks": [asdict(each) for each in found]}
    out.answer(document, "\n".join(_lines(found)))
    return exit.FAILED if failed else exit.DONE


def _findings() -> Iterator[Finding]:
    from cli.checks import machine

    ground = list(_safely("settings", machine.findings))
    yield from ground
    if any(each.level is Level.FAIL for each in ground):
        return
    with ExitStack() as held:
        refused = list(_safely("servers", partial(_start_servers, held)))
        yield from refused
        for name in () if refused else _ON_SERVERS:
            yield from _safely(name, partial(_neighbourhood, name))


def _start_servers(held: ExitStack) -> Iterable[Finding]:
    held.enter_context(servers())
    return ()


def _neighbourhood(name: str) -> Iterable[Finding]:
    found: Iterable[Finding] = import_module(f"cli.checks.{name}").findings()
    return found


def _safely(subject: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Findings as they come; what stops the looking is a finding too."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said and the rest goes on
        fault = failure.as_fault(error)
        yield Finding(subject, Level.FAIL, fault.sentence, _elsewhere(fault.next_step))


def _elsewhere(next_step: str) -> str:
    """A next step that sends people here would send them in a circle."""
    return "Start it, or correct its address." if "doctor" in next_step else next_step


def _lines(found: list[Finding]) -> Iterator[str]:
    width = max(len(each.subject) for each in found)
    for each in found:
        yield f"{each.level:<4}  {each.subject:<{width}}  {each.sentence}"
        if each.next_step:
            yield f"{'':<4}  {'':<{width}}  -> {each.next_step}"
