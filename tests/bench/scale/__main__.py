"""`python -m tests.bench.scale`: hosts, fairness, a long backlog and settings, as tables."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from config import clock
from tests import nursery
from tests.bench.scale import backlog, fairness, throughput
from tests.bench.scale.hosts import Hosts, hosts, missing
from tests.bench.scale.hub import Hub, hub
from tests.bench.scale.inboxes import merchants

_MERCHANTS = 8
_HOSTS = 4


def main() -> int:
    """Run what was asked for; the exit code is 0 whatever the figures say."""
    asked = _arguments()
    nursery.forks = False
    if why_not := missing():
        sys.stderr.write(f"No hosts can be made here: {why_not}.\n")
        return 2
    found: dict[str, list[dict[str, Any]]] = {}
    with hosts(_HOSTS) as on, hub() as at:
        for part in asked.only:
            sys.stderr.write(f"{part}\n")
            found[part] = [asdict(one) for one in _PARTS[part](at, on, asked)]
            _show(part, found[part])
    if asked.json:
        facts = {"at": clock.now().isoformat(), **found}
        asked.json.write_text(json.dumps(facts, indent=2) + "\n")
    return 0


def _by_hosts(at: Hub, on: Hosts, asked: argparse.Namespace) -> list[Any]:
    of = merchants(_MERCHANTS)
    return throughput.by_hosts(at, on, of, asked.deliveries // _MERCHANTS, range(1, _HOSTS + 1))


def _by_settings(at: Hub, on: Hosts, asked: argparse.Namespace) -> list[Any]:
    return throughput.by_settings(at, on, merchants(_MERCHANTS), asked.deliveries // _MERCHANTS)


def _fairness(at: Hub, on: Hosts, asked: argparse.Namespace) -> list[Any]:
    flooding, *others = merchants(_MERCHANTS)
    flood, seconds = asked.flood, 15.0
    with fairness.another_platform() as folder:
        import connectors

        connectors.__path__.append(str(folder))
        connectors.platforms.cache_clear()
        elsewhere = merchants(_MERCHANTS, fairness.OTHER)

        def run(what: str, to: Any, size: int) -> fairness.Waited:
            return fairness.waits(
                *(at, on, flooding, to, what), flood=size, seconds=seconds, platforms=folder
            )

        return [
            run("nobody floods", others, 0),
            run("one merchant floods; others of its platform", others, flood),
            run("one platform is flooded; merchants of another", elsewhere, flood),
        ]


def _backlog(at: Hub, on: Hosts, asked: argparse.Namespace) -> list[Any]:
    return [backlog.story(at, on, merchants(_MERCHANTS), asked.backlog)]


_PARTS = {
    "hosts": _by_hosts,
    "fairness": _fairness,
    "settings": _by_settings,
    "backlog": _backlog,
}


def _show(part: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=part)
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(_said(value) for value in row.values()))
    Console(width=None if Console().is_terminal else 150).print(table)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(_PARTS), metavar="A,B")
    parser.add_argument("--deliveries", type=int, default=16_000, help="a run of hosts or settings")
    parser.add_argument("--flood", type=int, default=120_000, help="deliveries of one merchant")
    parser.add_argument("--backlog", type=int, default=1_000_000, help="deliveries that wait")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in _PARTS]:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(_PARTS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
