"""Connects a merchant's account: validates what it is given, tries it, stores it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from config import clock, redaction
from config.errors import Fault, PermanentError, TransientError
from connectors import platforms
from connectors.base.contract import Connector, Health, Listing, Tokens
from connectors.base.platform import Platform
from connectors.base.tokens import MemoryTokens
from models import Connection, connections
from models.connection import CONNECTING
from models.session import unit_of_work
from tasks import reach, sites
from tasks.logins import Logins


class SettingsError(PermanentError):
    """What a platform was given can't be used; the sentence names the keys."""


def connect(
    organization_id: int, platform_name: str, name: str, config: Mapping[str, Any]
) -> tuple[int, Health | None]:
    """Store a connection after trying its credentials; returns its id and what the try found.

    One whose platform can't be reached just now, or allows no other login, is stored all the same
    (no health): pulls retry.
    Raises: SettingsError, PermanentError when the platform refuses the credentials or lists no
    location, TakenError when another connection reads one already; then nothing is stored.
    """
    platform = platform_of(platform_name)
    loaded = load_settings(platform, config)
    made = platform.connect(loaded)
    # The platform may quote what it is sent.
    redaction.remember(*made.credentials[1:])
    tokens = _TrialTokens(_kept(organization_id, name, made), Logins.of(platform.name, made))
    trial = _tried(made, tokens, f"trial:{name}")
    return _store(organization_id, platform, name, loaded, trial), trial.health


@dataclass
class _Trial:
    """What settings gave when they were tried; `away` is what cut it short."""

    base_url: str
    tokens: Tokens | None = None
    health: Health | None = None
    listing: Listing | None = None
    away: TransientError | None = None


class _TrialTokens(MemoryTokens):
    """The token of settings that aren't stored yet; their logins count like any other."""

    def __init__(self, kept: Tokens | None, logins: Logins) -> None:
        super().__init__(kept)
        self._logins = logins

    def refreshed(
        self, stale: Tokens | None, login: Callable[[], Tokens], now: datetime | None = None
    ) -> Tokens:
        """A token other than `stale`, from a login in our turn. Raises: LimitedError."""
        return super().refreshed(stale, lambda: self._logins.in_turn(login), now)


def _kept(organization_id: int, name: str, made: Connector) -> Tokens | None:
    """The token of the connection of that name, if `made` would log in with the same as that."""
    with unit_of_work() as session:
        known = connections.of_organization(session, organization_id)
    found = next((each for each in known if each.name == name), None)
    # What is sealed with a key that is lost can't be compared: connecting again is the remedy.
    with suppress(PermanentError):
        if found is not None and _logs_in_with(reach.connector(found)) == _logs_in_with(made):
            return reach.opened(found.tokens)
    return None


def _logs_in_with(made: Connector) -> tuple[str, tuple[str, ...]]:
    return made.base_url, tuple(made.credentials)


def _tried(made: Connector, tokens: MemoryTokens, key: str) -> _Trial:
    trial = _Trial(made.base_url)
    try:
        with reach.client(made, tokens, key) as http:
            trial.health = made.probe(http)
            trial.listing = _some_site(made.locations(http))
    except TransientError as fault:
        trial.away = fault
    trial.tokens = tokens.current()
    return trial


def _some_site(listing: Listing) -> Listing:
    """Settings by which nothing is read are a mistake. Raises: PermanentError, the first reason."""
    if listing.unread and not listing.sites and not listing.limited:
        raise next(iter(listing.unread.values()))
    return listing


def _note(connection_id: int, fault: Fault) -> None:
    with unit_of_work() as session:
        connections.failed(session, connection_id, fault, clock.now())


def check(connection: Connection) -> Health:
    """Try a connection's credentials and note the outcome on it."""
    try:
        with reach.line(connection) as line:
            health: Health = line.connector.probe(line.http)
    except (TransientError, PermanentError) as fault:
        _note(connection.id, fault)
        raise
    with unit_of_work() as session:
        connections.try_again(session, connection.id, clock.now())
        connections.succeeded(session, connection.id, clock.now())
    return health


def platform_of(name: str) -> Platform:
    """A platform by its name. Raises: SettingsError listing those there are."""
    found = platforms().get(name)
    if found is None:
        raise SettingsError(
            "platform.unknown",
            f"There is no platform named '{name}'.",
            next_step="Known are: " + ", ".join(platforms()) + ".",
        )
    return found


def load_settings(platform: Platform, config: Mapping[str, Any]) -> dict[str, Any]:
    """Validated settings. Raises: SettingsError naming each key that is wrong."""
    try:
        loaded: dict[str, Any] = platform.settings().load(config)
    except ValidationError as error:
        problems = "; ".join(f"{key}: {_flat(why)}" for key, why in _by_key(error).items())
        raise SettingsError(
            "settings.invalid",
            f"These settings of {platform.title} can't be used: {problems}",
            next_step="Correct the file and connect again.",
        ) from None
    return loaded


def _store(
    organization_id: int,
    platform: Platform,
    name: str,
    loaded: Mapping[str, Any],
    trial: _Trial,
) -> int:
    """The connection's id. Raises: TakenError; then all is as it was."""
    secret = {k: v for k, v in loaded.items() if k in platform.secret_settings}
    plain = {k: v for k, v in loaded.items() if k not in secret}
    with unit_of_work() as session:
        sites.take_turns(session, organization_id)
        row = connections.store(session, organization_id, platform.name, name, plain, secret)
        row.tokens = connections.seal(reach.plain(trial.tokens)) if trial.tokens else None
        row.account = trial.health.account if trial.health else None
        row.base_url = trial.base_url
        # What was noted was found with the old settings.
        row.status_code = None
        if trial.health is not None:
            connections.try_again(session, row.id, clock.now())
            connections.succeeded(session, row.id, clock.now())
        if trial.listing is not None:
            sites.keep(session, row, trial.listing)
        if trial.away is not None:
            row.status = CONNECTING
            connections.failed(session, row.id, trial.away, clock.now())
        return row.id


def _by_key(error: ValidationError) -> dict[str, Any]:
    messages = error.messages
    return dict(messages) if isinstance(messages, dict) else {"settings": messages}


def _flat(why: Any) -> str:
    if isinstance(why, Mapping):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in why.items())
    return " ".join(map(str, why)) if isinstance(why, list) else str(why)
