"""Turns what went wrong into one sentence, the next step and an exit code."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from cli import exit, logs, output
from config.errors import Fault, TransientError

_log = logging.getLogger(__name__)

# What libraries raise when a server is away, by the package it comes from.
_AWAY = {
    "sqlalchemy": ("database.away", "The database can't be reached."),
    "psycopg2": ("database.away", "The database can't be reached."),
    "kombu": ("broker.away", "The broker can't be reached."),
    "redis": ("broker.away", "The broker can't be reached."),
}


def guard(run: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run a command to its exit code; whatever it raises is said, not shown as a traceback."""
    as_json = "--json" in arguments
    try:
        code = run()
        sys.stdout.flush()
        return code if isinstance(code, int) else exit.DONE
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.Abort, KeyboardInterrupt):
        return exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit.FAILED
    except click.ClickException as error:
        output.fault(*_misused(error), as_json=as_json)
        return exit.WRONG_USE
    except Exception as error:  # noqa: BLE001 - the last place that can say anything
        fault = as_fault(error)
        output.fault(fault.code, fault.sentence, fault.next_step, as_json=as_json)
        return _exit_code(fault)


def _misused(error: click.ClickException) -> tuple[str, str, str]:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "taxpoynt"
    return "usage", error.format_message(), f"'{command} --help' shows how it is used."


def as_fault(error: Exception) -> Fault:
    """Any error as a fault: its sentence, and the next step."""
    if isinstance(error, Fault):
        return error
    from config.embedded import EmbeddedServerError

    if isinstance(error, EmbeddedServerError):
        return Fault("embedded", str(error))
    package = type(error).__module__.partition(".")[0]
    if package in _AWAY and type(error).__name__ in {"OperationalError", "ConnectionError"}:
        _log.info("a server is away", exc_info=error)
        code, sentence = _AWAY[package]
        return Fault(code, sentence, next_step="'taxpoynt doctor' says what is wrong.")
    if isinstance(error, OSError) and error.errno and error.filename:
        return _refused(error)
    return _unexpected(error)


def _refused(error: OSError) -> Fault:
    _log.info("the system refused", exc_info=error)
    return Fault(
        "system",
        f"{error.filename}: {error.strerror}.",
        next_step="Give this user access to it, or set TAXPOYNT_HOME to another folder.",
    )


def _unexpected(error: Exception) -> Fault:
    if not logging.getLogger().handlers:
        logs.to_file()
    if logs.is_homeless():
        logs.to_stderr("cli")
    _log.critical("unexpected", exc_info=error)
    log = logs.kept_in()
    return Fault(
        "unexpected",
        f"Something unexpected happened: {type(error).__name__}.",
        next_step=f"The details are at the end of {log}." if log else "The log says more.",
    )


def _exit_code(fault: Fault) -> int:
    # A platform's quota passes by itself; a server of our own that is away does not.
    ours = fault.code.startswith(("database.", "broker."))
    return exit.PARKED if isinstance(fault, TransientError) and not ours else exit.FAILED
