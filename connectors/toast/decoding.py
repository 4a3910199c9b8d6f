"""From an order's bytes to its parts, with a plain reason when that can't be done."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from config.errors import SkippedRecord
from connectors.toast.schemas import Order

_decoder = msgspec.json.Decoder(Order)
_NEXT_STEP = "It is kept as it came; report it to Toast's support, or to ours if it looks right."
# An escaped NUL, which no database column takes.
_NUL = b"\\u0000"


def decode(raw: bytes) -> Order:
    """The parts of an order. Raises: SkippedRecord when it can't be read; RecursionError."""
    try:
        order = _decoder.decode(raw)
    except msgspec.ValidationError as misfit:
        raise unreadable(str(misfit)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        order = _with_constants(raw, str(broken))
    if _NUL in raw:
        _drop_nul(order)
    return order


def places(part: msgspec.Struct, path: str = "") -> Iterator[tuple[str, msgspec.Struct, str]]:
    """Every scalar field below `part`: its path in Toast's names, the part it is of, our name."""
    for name, wire in zip(part.__struct_fields__, part.__struct_encode_fields__, strict=True):
        value, here = getattr(part, name), f"{path}.{wire}" if path else wire
        if isinstance(value, msgspec.Struct):
            yield from places(value, here)
        elif isinstance(value, list):
            for i, element in enumerate(value):
                yield from places(element, f"{here}[{i}]")
        else:
            yield here, part, name


def unreadable(reason: str) -> SkippedRecord:
    """The order doesn't have the form that Toast documents."""
    sentence = f"An order from Toast can't be read: {reason[:300]}."
    return SkippedRecord("toast.order_unreadable", sentence, next_step=_NEXT_STEP)


def too_deep() -> SkippedRecord:
    """The order's modifiers hang on each other without end."""
    return unreadable("its modifiers are nested more than 100 deep")


def incomplete(field: str) -> SkippedRecord:
    """The order lacks a field without which it can't be placed."""
    sentence = f"An order from Toast lacks a usable {field}, so it can't be placed."
    return SkippedRecord("toast.order_incomplete", sentence, next_step=_NEXT_STEP)


def absurd(field: str) -> SkippedRecord:
    """The order holds a number that is none."""
    sentence = f"An order from Toast holds an impossible number in {field}."
    return SkippedRecord("toast.amount_absurd", sentence, next_step=_NEXT_STEP)


def _with_constants(raw: bytes, reason: str) -> Order:
    """Read once more, taking the bare NaN and Infinity that are no JSON, to name their place."""
    try:
        loose: Any = json.loads(raw, parse_float=Decimal, parse_constant=Decimal)
        return msgspec.convert(loose, Order)
    except (ValueError, ArithmeticError):
        raise unreadable(reason) from None


def _drop_nul(order: Order) -> None:
    for _, part, name in list(places(order)):
        if isinstance(value := getattr(part, name), str):
            setattr(part, name, value.replace("\0", ""))
