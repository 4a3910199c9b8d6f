"""Asks for addresses over loopback as a script and as a person do, one after another."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

from config import clock
from tests.bench.ground import Ground
from tests.bench.lists.routes import API, OWNER, PAGE, Route


@dataclass
class Visits:
    """How long each answer took, in milliseconds."""

    took: dict[Route, list[float]] = field(default_factory=dict)

    def p95(self, route: Route) -> float:
        """Of one address."""
        return percentile(self.took[route], 95)

    def slowest(self, kind: str) -> list[Route]:
        """Those of a kind, the slowest first."""
        ours = (route for route in self.took if route.kind == kind)
        return sorted(ours, key=self.p95, reverse=True)


def percentile(values: Sequence[float], of_100: int) -> float:
    """The nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, -(-len(ranked) * of_100 // 100) - 1)]


def callers(on: Ground, url: str) -> dict[str, requests.Session]:
    """The merchant's script with a token, and a person's browser."""
    from sqlalchemy import select

    from dashboard import sign_in
    from models import Organization, User, api_tokens
    from models.session import unit_of_work

    script, browser = requests.Session(), requests.Session()
    with unit_of_work() as session:
        ours = select(Organization.id).where(Organization.name == OWNER)
        user = session.scalars(select(User).where(User.organization_id.in_(ours))).one()
        name = f"script {clock.now().isoformat()}"
        token = api_tokens.make(session, user.organization_id, name)
        link = sign_in.make_link(session, user, clock.now())
    script.headers["Authorization"] = f"Bearer {token}"
    browser.get(url + link, timeout=30).raise_for_status()
    return {API: script, PAGE: browser}


def visit(
    url: str, asking: dict[str, requests.Session], routes: Sequence[Route], times: int
) -> Visits:
    """Each address so many times, all of them in turn, in an order of their own each time."""
    found = Visits({route: [] for route in routes})
    turns = random.Random(0)
    for turn in range(times + 1):
        for route in turns.sample(routes, len(routes)):
            began = clock.monotonic()
            answer = asking[route.kind].get(url + route.address, timeout=60, allow_redirects=False)
            took = (clock.monotonic() - began) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{route.name} answered {answer.status_code}: not what's measured")
            # The first time warms caches, as the first visitor of a day does.
            if turn:
                found.took[route].append(took)
    return found
