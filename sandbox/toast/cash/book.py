"""The cash book of one restaurant. An entry is never changed: another one undoes it."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.toast import times
from sandbox.toast.body.reference import Json
from sandbox.toast.cash.body import deposit_json, entry_json
from sandbox.toast.cash.entry import KINDS, SIGNS, UNDONE_BY, Deposit, Entry
from sandbox.toast.merchant import Restaurant, named_guid


class CashBook:
    """Entries and deposits, oldest first."""

    def __init__(self, restaurant: Restaurant) -> None:
        self._restaurant = restaurant
        self._entries: dict[str, Entry] = {}
        self._deposits: dict[str, Deposit] = {}

    def apply(self, change: Json) -> Json:
        """Write one more entry or deposit; the answer is how the API shows it.

        Raises:
            ValueError: it can't be written.
            LookupError: there is nothing to undo.
        """
        do, at_ms = change["do"], int(change["at_ms"])
        if do == "enter":
            return self._put(self._entry(change, at_ms))
        if do == "undo":
            return self._put(self._undoing(change, at_ms))
        cents = _cents(change) if do == "deposit" else 0
        undoes = None
        if do == "undo deposit":
            undone = self._undoable(self._deposits, change["guid"])
            cents, undoes = undone.cents, undone.guid
        deposit = Deposit(
            guid=self._next("deposit", at_ms), cents=cents, at_ms=at_ms, undoes=undoes
        )
        self._deposits = {**self._deposits, deposit.guid: deposit}
        return deposit_json(deposit, self._restaurant)

    def entries(self, day: int | None = None) -> list[Json]:
        """Those of a business date, or all."""
        chosen = [each for each in self._entries.values() if self._is_of(each, day)]
        return [entry_json(each, self._restaurant) for each in chosen]

    def deposits(self, day: int | None = None) -> list[Json]:
        """Those of a business date, or all."""
        chosen = [each for each in self._deposits.values() if self._is_of(each, day)]
        return [deposit_json(each, self._restaurant) for each in chosen]

    def _is_of(self, each: Entry | Deposit, day: int | None) -> bool:
        place = self._restaurant
        its_day = times.business_day(each.at_ms, place.zone, place.closeout_hour)
        return day is None or times.yyyymmdd(its_day) == day

    def _entry(self, change: Json, at_ms: int) -> Entry:
        kind = change.get("type")
        if kind not in KINDS or kind == "UNDO_PAY_OUT":
            known = ", ".join(each for each in KINDS if each != "UNDO_PAY_OUT")
            raise ValueError(f"type must be one of {known}; UNDO_PAY_OUT comes of undoing")
        sign = SIGNS[kind]
        about = {name: change.get(name) for name in ("drawer", "payout_reason", "no_sale_reason")}
        return Entry(
            guid=self._next("entry", at_ms),
            kind=kind,
            cents=sign * _cents(change) if sign else 0,
            at_ms=at_ms,
            reason=str(change.get("reason", "")),
            **about,
        )

    def _undoing(self, change: Json, at_ms: int) -> Entry:
        undone: Entry = self._undoable(self._entries, change["guid"])
        kind = UNDONE_BY.get(undone.kind)
        if kind is None:
            raise ValueError(f"{undone.kind} can't be undone")
        words = undone.kind.replace("_", " ").title()
        return msgspec.structs.replace(
            undone,
            guid=self._next("entry", at_ms),
            kind=kind,
            cents=-undone.cents,
            at_ms=at_ms,
            reason=str(change.get("reason", f"Undo {words}")),
            undoes=undone.guid,
        )

    def _undoable(self, all_of_them: dict[str, Any], guid: str) -> Any:
        found = all_of_them.get(guid)
        if found is None:
            raise LookupError(f"there is no {guid} to undo")
        if found.undoes is not None:
            raise ValueError("what undoes another can't be undone")
        if any(each.undoes == guid for each in all_of_them.values()):
            raise ValueError(f"{guid} is undone already")
        return found

    def _put(self, entry: Entry) -> Json:
        self._entries = {**self._entries, entry.guid: entry}
        return entry_json(entry, self._restaurant)

    def _next(self, kind: str, at_ms: int) -> str:
        count = len(self._entries) + len(self._deposits)
        return named_guid("cash", self._restaurant.guid, kind, at_ms, count)


def _cents(change: Json) -> int:
    cents = change.get("amount_cents")
    if isinstance(cents, bool) or not isinstance(cents, int) or cents <= 0:
        raise ValueError("amount_cents must be a whole number above zero; its type gives the sign")
    return cents
