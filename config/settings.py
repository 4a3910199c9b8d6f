"""The settings: one frozen object, and the only reader of the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import redaction
from config.errors import PermanentError

PREFIX = "TAXPOYNT_"


class SettingError(PermanentError):
    """A setting that can't be used; the sentence names its variable."""

    def __init__(self, variable: str, problem: str, next_step: str) -> None:
        super().__init__("setting", f"{variable} {problem}", next_step=next_step)
        self.variable = variable


@dataclass(frozen=True)
class Settings:
    """What the operator decided. URLs are None until servers of some kind are known.

    `redis_url` holds the shared rate budgets and signal flags; it is the broker itself when that
    speaks Redis.
    """

    home: Path
    database_url: str | None
    broker_url: str | None
    redis_url: str | None
    secret_keys: tuple[str, ...]
    public_url: str | None
    log_level: str

    def database(self) -> str:
        """The database's address. Raises SettingError when there is none yet."""
        return _known(self.database_url, "DATABASE_URL")

    def broker(self) -> str:
        """The broker's address. Raises SettingError when there is none yet."""
        return _known(self.broker_url, "BROKER_URL")

    def redis(self) -> str:
        """The Redis-compatible server's address. Raises SettingError when there is none yet."""
        return _known(self.redis_url, "REDIS_URL")


def _known(url: str | None, name: str) -> str:
    if url is None:
        raise SettingError(
            PREFIX + name,
            "is not set and no embedded server is running.",
            "Start everything with 'make up', or point the variable at a server of your own.",
        )
    return url


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment.

    Raises: SettingError naming the variable that is unknown or malformed.
    """
    given = {k.removeprefix(PREFIX): v for k, v in environ.items() if k.startswith(PREFIX)}
    for name in given:
        if name not in _READERS:
            raise _unknown(name)

    def value(name: str) -> Any:
        return _READERS[name](PREFIX + name, given.get(name))

    broker = value("BROKER_URL")
    speaks_redis = (broker or "").startswith(("redis://", "rediss://"))
    return Settings(
        home=value("HOME"),
        database_url=value("DATABASE_URL"),
        broker_url=broker,
        redis_url=value("REDIS_URL") or (broker if speaks_redis else None),
        secret_keys=value("SECRET_KEYS"),
        public_url=value("PUBLIC_URL"),
        log_level=value("LOG_LEVEL"),
    )


def _unknown(name: str) -> SettingError:
    near = get_close_matches(name, _READERS, n=1)
    hint = (
        f"Did you mean {PREFIX}{near[0]}?"
        if near
        else "Known are: " + ", ".join(PREFIX + known for known in _READERS)
    )
    return SettingError(PREFIX + name, "is not a setting of TaxPoynt.", hint)


def _home(variable: str, text: str | None) -> Path:
    if text == "":
        raise SettingError(variable, "is empty.", "Give a folder, or unset it for '.taxpoynt'.")
    return Path(text or ".taxpoynt").expanduser().resolve()


def _url(*schemes: str) -> Callable[[str, str | None], str | None]:
    def parse(variable: str, text: str | None) -> str | None:
        if text is None:
            return None
        if not _is_address(text, schemes):
            raise SettingError(
                variable,
                f"is not an address that starts with {' or '.join(s + '://' for s in schemes)}.",
                f"Example: {schemes[0]}://host/…",
            )
        return text

    return parse


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port is what finds out whether it is one.
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _database(variable: str, text: str | None) -> str | None:
    url = _url("postgresql+psycopg2", "postgresql", "postgres")(variable, text)
    if url is None:
        return None
    # SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3; the driver here is psycopg2.
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def _keys(variable: str, text: str | None) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in (text or "").split(",") if key.strip())
    redaction.remember(*keys)
    if text is not None and (not keys or any(len(key) < 16 for key in keys)):
        raise SettingError(
            variable,
            "needs one or more keys of at least 16 characters, separated by commas.",
            "The first encrypts; older ones stay so that what they encrypted can be read.",
        )
    return keys


def _level(variable: str, text: str | None) -> str:
    level = (text or "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingError(variable, f"is '{text}'.", "Use DEBUG, INFO, WARNING or ERROR.")
    return level


_READERS: dict[str, Callable[[str, str | None], Any]] = {
    "HOME": _home,
    "DATABASE_URL": _database,
    "BROKER_URL": _url("redis", "rediss", "amqp", "amqps"),
    "REDIS_URL": _url("redis", "rediss"),
    "SECRET_KEYS": _keys,
    "PUBLIC_URL": _url("https", "http"),
    "LOG_LEVEL": _level,
}


@cache
def settings() -> Settings:
    """This process's settings: the environment, then what runs embedded in the home folder."""
    from config import keys
    from config.embedded import running as running_in

    found = read(os.environ)
    running = None
    if found.database_url is None or found.broker_url is None or found.redis_url is None:
        running = running_in(found.home)
    if running is not None:
        found = replace(
            found,
            database_url=found.database_url or running.database_url,
            broker_url=found.broker_url or running.broker_url,
            redis_url=found.redis_url or running.broker_url,
        )
    if not found.secret_keys:
        found = replace(found, secret_keys=(keys.kept_in(found.home),))
    return found


def refresh() -> Settings:
    """Read the settings again: servers may have come up since."""
    settings.cache_clear()
    return settings()
