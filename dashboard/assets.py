"""The stylesheet, the script and the icon: read once, cached by browsers until they change."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Blueprint, Response, abort, request

from dashboard.security import harden

blueprint = Blueprint("assets", __name__)
blueprint.after_request(harden)

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file's bytes, their type and a digest that changes with them."""

    body: bytes
    type: str
    digest: str


@cache
def _all() -> dict[str, Asset]:
    return {path.name: _read(path) for path in _FOLDER.iterdir() if path.suffix in _TYPES}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _TYPES[path.suffix], blake2b(body, digest_size=8).hexdigest())


def address(name: str) -> str:
    """Where a page finds an asset; another address as soon as the file is another."""
    return f"/assets/{name}?v={_all()[name].digest}"


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    """One file. Asked for by its digest it may be kept for good."""
    found = _all().get(name)
    if found is None:
        abort(404)
    response = Response(found.body, mimetype=found.type)
    current = request.args.get("v") == found.digest
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if current else "no-cache"
    )
    return response
