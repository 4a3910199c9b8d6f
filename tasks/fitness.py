"""Which messages can be worked on, and what is wrong with one that can't.

Whoever may write to the broker may write anything. Each finding has a code, a sentence and the next
step, and becomes a row: see `tasks.dead`.
"""

import binascii
import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from celery import Task

from config.errors import Fault
from tasks import app

# The largest of ours holds two hundred ids; a worker's memory must not depend on a stranger.
LARGEST = 256 * 1024
# Deliveries of a message whose workers died of it, or were cut off, before it is set aside.
LOSSES = 2

_SEND_AGAIN = "Nothing of what is stored is lost: sweeps signal it again. Dismiss this message."
_FIND_SENDER = "Find out who else writes to the broker: only TaxPoynt may. Then dismiss it."
_DEPLOY = "Bring workers and senders to the same release, then try it again."
# What a column of ids can hold.
_Int = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Unfit(Fault):
    """A message that no worker of this release can work on."""


class _DeliveryInfo(msgspec.Struct):
    exchange: str
    routing_key: str


class _Properties(msgspec.Struct):
    delivery_tag: str
    delivery_info: _DeliveryInfo
    body_encoding: Literal["base64"] | None = None
    priority: int | None = None


class _Envelope(msgspec.Struct, rename="kebab"):
    """How a message lies in a list of the broker's: without any of this, kombu itself fails."""

    properties: _Properties
    headers: dict[str, Any]
    body: str
    content_type: str | None = None
    content_encoding: str | None = None


class Head(msgspec.Struct):
    """What the headers of a task's message say."""

    task: str
    id: str
    retries: int | None = None
    eta: str | None = None
    expires: str | None = None
    timelimit: tuple[float | None, float | None] | None = None
    # Ours, counted by the transport: how many workers were lost with this message.
    losses: int = 0


_envelope = msgspec.json.Decoder(_Envelope)


def enveloped(raw: bytes) -> Unfit | None:
    """What is wrong with a message as it lies in a list of the broker's, if anything is."""
    if len(raw) > LARGEST:
        return Unfit(
            "message.too_large",
            f"A message of {len(raw)} bytes: TaxPoynt sends none above {LARGEST}.",
            next_step=_FIND_SENDER,
        )
    try:
        found = _envelope.decode(raw)
        if found.properties.body_encoding:
            binascii.a2b_base64(found.body, strict_mode=True)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error, RecursionError) as error:
        return Unfit(
            "message.garbled", f"It isn't a task's message: {_why(error)}", next_step=_FIND_SENDER
        )
    # kombu would unpack it before anybody can look: of a kilobyte that is a gigabyte.
    if found.headers.get("compression") is not None:
        return Unfit(
            "message.compressed",
            "It is compressed: TaxPoynt compresses none.",
            next_step=_FIND_SENDER,
        )
    return None


def head(headers: object) -> Head:
    """The headers, read. Raises: Unfit."""
    try:
        return msgspec.convert(headers, Head)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unfit(
            "message.headers", f"Its headers are no task's: {_why(error)}", next_step=_FIND_SENDER
        ) from None


def check(name: str, payload: object) -> None:
    """Refuse a task that nobody here knows, or arguments that it doesn't take. Raises: Unfit."""
    task = app.tasks.get(name)
    if task is None:
        raise Unfit(
            "task.unknown",
            f"This release of the workers knows no task '{name[:100]}'.",
            next_step=_DEPLOY,
        )
    match payload:
        case [list() | tuple() as args, dict() as kwargs, None | dict()]:
            _check_arguments(task, args, kwargs)
        case _:
            raise Unfit(
                "message.body", "Its body holds no arguments of a task.", next_step=_FIND_SENDER
            )


def outlived(head: Head) -> Unfit | None:
    """Why a message is not to be tried again whose workers were lost, if so many were."""
    most = getattr(app.tasks.get(head.task), "losses", LOSSES)
    if head.losses < most:
        return None
    return Unfit(
        "task.lost_workers",
        f"{head.losses} workers were lost while they worked on '{head.task[:100]}'.",
        next_step="Look for 'signal 9' or 'out of memory' in their logs, then try it again.",
    )


def unreadable(error: Exception | None) -> Unfit:
    """What neither Celery nor we foresaw, or a body that can't be decoded."""
    reason = type(error).__name__ if error else "no format that Celery knows"
    return Unfit("message.unreadable", f"It can't be read ({reason}).", next_step=_FIND_SENDER)


def _check_arguments(task: Task[Any, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    try:
        # Celery's own: the head of the task's function, without its body.
        task.__header__(*args, **kwargs)  # type: ignore[attr-defined]
        msgspec.convert(dict(kwargs), _arguments(task))
    except (TypeError, msgspec.ValidationError, RecursionError) as error:
        raise Unfit(
            "task.arguments",
            f"'{task.name}' doesn't take these arguments: {_why(error)}",
            next_step=f"{_DEPLOY} {_SEND_AGAIN}",
        ) from None


@cache
def _arguments(task: Task[Any, Any]) -> Any:
    """The types of a task's keyword arguments, those that are annotated."""
    hints = inspect.get_annotations(inspect.unwrap(task.run), eval_str=True)
    types = {name: _bounded(hint) for name, hint in hints.items() if name != "return"}
    return msgspec.defstruct("Arguments", [(name, kind, None) for name, kind in types.items()])


def _bounded(hint: Any) -> Any:
    """A type whose whole numbers are some that the database can hold."""
    if hint is int:
        return _Int
    if get_origin(hint) is list:
        return list[_bounded(get_args(hint)[0])]  # type: ignore[misc]
    return hint


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200] if str(error) else type(error).__name__
