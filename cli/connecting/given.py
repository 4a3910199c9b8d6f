"""What a person gave to connect with: a platform, a name and a file of settings."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from cli import named
from config.errors import PermanentError
from connectors import platforms

_OTHERS = 0o077
_LONGEST_NAME = 100
_PLAIN_NAME = re.compile(r"[^\W_][\w.-]*")


class ConfigError(PermanentError):
    """The file of settings can't be read as a JSON object."""


def known(platform: str, name: str) -> None:
    """Raises: click.BadParameter for a platform there is none of, or a name that is no name."""
    if platform not in platforms():
        near = named.near(platform, platforms())
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(platforms())}."
        raise click.BadParameter(f"There is no '{platform}'. {hint}", param_hint="PLATFORM")
    if name != name.strip() or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise click.BadParameter(
            f"Use 1 to {_LONGEST_NAME} printable characters, no space at the ends.",
            param_hint="NAME",
        )


def new_name(name: str) -> None:
    """Raises: click.BadParameter for a name that would have to be quoted in a command."""
    if not _PLAIN_NAME.fullmatch(name):
        raise click.BadParameter(
            "Use letters, digits, '.', '_' and '-', and begin with a letter or a digit.",
            param_hint="NAME",
        )


def settings(config: str) -> tuple[dict[str, Any], list[str]]:
    """The settings in a file, and warnings about the file; `-` is standard input.

    Raises: ConfigError, which never quotes the text: it holds secrets.
    """
    if config == "-":
        return _parsed(sys.stdin.buffer.read(), "standard input"), []
    file = Path(config)
    return _parsed(file.read_bytes(), config), _exposed(file)


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _unusable(where, "is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _unusable(where, f"is not JSON: {error.msg} at {place}") from None
    if not isinstance(found, dict):
        raise _unusable(where, "holds no JSON object")
    return found


def _unusable(where: str, problem: str) -> ConfigError:
    return ConfigError(
        "config.unreadable",
        f"The configuration in {where} {problem}.",
        next_step='Write an object, as in {"api_url": "https://…", "client_id": "…"}.',
    )


def _exposed(file: Path) -> list[str]:
    if not file.stat().st_mode & _OTHERS:
        return []
    return [f"Others can read {file}, which holds secrets: 'chmod 600 {file}' or delete it."]
