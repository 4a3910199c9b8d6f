"""Connects the stand-ins' sample merchants, and has them tell our web about every order."""

import json
import urllib.request
from collections.abc import Sequence
from pkgutil import iter_modules
from typing import Any

_ANSWER_S = 10.0


def available() -> list[str]:
    """The platforms that have a stand-in."""
    import sandbox
    from connectors import platforms

    folders = (found.name for found in iter_modules(sandbox.__path__) if found.ispkg)
    return sorted(name for name in folders if name in platforms())


def connect(platform: str, url: str, web_url: str) -> str:
    """Connect a stand-in as `demo-<platform>`; doing it again changes nothing but what moved."""
    from models import connections, organizations
    from models.session import unit_of_work
    from tasks import connect as connecting

    name = f"demo-{platform}"
    facts = _ask(f"{url}/control/merchant")
    with unit_of_work() as session:
        organization_id = organizations.ensure_first(session)[0].id
    connecting.connect(organization_id, platform, name, _settings(platform, url, facts))
    with unit_of_work() as session:
        key = connections.by_name(session, organization_id, name).key
    address = f"{web_url}/webhooks/{platform}/{key}"
    _subscribe(f"{url}/control/subscriptions", address, facts["event_categories"])
    return name


def _settings(platform: str, url: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Of what the stand-in says of itself, what the platform's settings ask for."""
    from connectors import platforms

    asked = platforms()[platform].settings().fields
    known = {"api_url": url, "login_url": url} | {
        key: fact for key, fact in facts.items() if isinstance(fact, str)
    }
    return {key: value for key, value in known.items() if key in asked}


def _subscribe(control: str, address: str, categories: Sequence[str]) -> None:
    """Have deliveries come to `address` alone: an earlier start may have had another port."""
    known = {(each["url"], each["eventCategory"]) for each in _ask(control)["items"]}
    for old in {url for url, _ in known if url != address}:
        _ask(control, "DELETE", {"url": old})
    for category in categories:
        if (address, category) not in known:
            _ask(control, "POST", {"url": address, "eventCategory": category})


def _ask(url: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - a stand-in of ours, on loopback
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310
        return json.load(answer)
