"""Structured logs: one JSON object a line on standard error, secrets hidden."""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

from config import redaction

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
_JSON = structlog.processors.JSONRenderer(
    ensure_ascii=False, default=lambda value: redaction.text(str(value))
)


def configure(level: str = "INFO", *, part: str = "cli", stream: TextIO | None = None) -> None:
    """Send every logger of this process, the libraries' too, through one JSON renderer."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _named(part),
            _hide_fields,
            # After the hiding: a part of a rendered line can't be hidden without tearing it.
            _JSON,
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("alembic", "urllib3", "kombu", "amqp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            # First: what nobody will read costs nothing more.
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A module's logger, called with an event and its fields: `log.info("drained", rows=7)`."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


@contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Every line logged inside carries `fields`; `correlation_id` follows a sale to its invoice."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield


def _named(part: str) -> Any:
    """Every line says which part wrote it, whatever thread it came from."""

    def name(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {"part": part, **event}

    return name


def _hide_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    hidden: Mapping[str, Any] = redaction.fields(event)
    return hidden
