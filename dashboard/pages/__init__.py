"""Pages, rendered on the server: one file each."""

from importlib import import_module

from flask import Blueprint, Flask

from dashboard import csrf
from dashboard.security import harden, limit_form

blueprint = Blueprint("pages", __name__, template_folder="../templates")
blueprint.before_request(limit_form)
blueprint.before_request(csrf.check)
blueprint.after_request(harden)

_PAGES = (
    *("home", "events", "event", "orders", "invoices", "sync_runs", "parked", "parked_record"),
    *("days", "day", "rollup", "exports", "tokens", "dead"),
)


def register(app: Flask) -> None:
    """Put every page on `app`."""
    for name in _PAGES:
        import_module(f"dashboard.pages.{name}")
    app.register_blueprint(blueprint)
