"""Pages with a part that lives: the whole page, and that part alone when it has changed.

A page named `orders` has `pages/orders.py` with `wanted` and `load`, `orders.html`, and
`orders_live.html`, which the page includes and the live stream sends. A page about one thing may
have a `pulse` of its own.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from dashboard.access import Visitor
from dashboard.pages.asked import Args, address, filtered
from models import pulse

NAMES = frozenset(
    {
        *("home", "orders", "invoices", "days", "day", "rollup"),
        *("events", "event", "sync-runs", "parked-record"),
    }
)

Load = Callable[[Session, Visitor, Args], Mapping[str, Any]]


def render(
    name: str, database: Session, visitor: Visitor, args: Args | None = None, **more: Any
) -> str:
    """The whole page. Its pulse is taken first, so that no later change is missed.

    `args` are those of the address unless the page says.
    """
    args = request.args if args is None else args
    seen = _pulse(name, database, visitor, args)
    context = _context(name, database, visitor, args)
    # Further pages of a list are history: only the first one moves.
    moves = "after" not in args
    live = f"/live/{name}{address(args, seen=seen)}" if moves else None
    return render_template(f"{_file(name)}.html", **context, **more, live=live)


def check(name: str, args: Args) -> None:
    """Refuse what no such page can be asked for. Raises: FilterError."""
    _page(name).wanted(args)


def if_changed(
    name: str, database: Session, visitor: Visitor, args: Args, seen: str | None
) -> tuple[str, str] | None:
    """The pulse and the fragment, unless the pulse is still the one `seen`."""
    current = _pulse(name, database, visitor, args)
    if current == seen:
        return None
    context = _context(name, database, visitor, args)
    return current, render_template(f"{_file(name)}_live.html", **context)


def _context(name: str, database: Session, visitor: Visitor, args: Args) -> dict[str, Any]:
    load: Load = _page(name).load
    return {
        **load(database, visitor, args),
        "visitor": visitor,
        "args": args,
        "address": address,
        "filtered": filtered(args),
    }


def _pulse(name: str, database: Session, visitor: Visitor, args: Args) -> str:
    own = getattr(_page(name), "pulse", None)
    if own is None:
        return pulse.pulse(database, visitor.organization_id)
    return str(own(database, visitor, args))


def _page(name: str) -> ModuleType:
    return import_module(f"dashboard.pages.{_file(name)}")


def _file(name: str) -> str:
    return name.replace("-", "_")
