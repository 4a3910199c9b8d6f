"""What each platform's `samples` folder holds.

`account.json` the settings of an account; `deliveries/*.json` signed webhook deliveries of it;
`<stream>/<case>.wire.json` a record as the platform sends it and `<case>.record.json` as we read
it. A case named `.partial` is read as what a delivery leaves out parts of. What a record is besides
its bytes stands in `<case>.about.json`: its `id` where that isn't the guid within, and `at`.
Deliveries named `unknown_*` are of a kind that isn't understood.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from config.errors import SkippedRecord
from connectors import platforms
from connectors.base.contract import Delivery, Record
from connectors.base.platform import Platform

SITE = "22222222-2222-4222-8222-222222222222"


@dataclass(frozen=True)
class Sample:
    """One golden pair."""

    platform: Platform
    stream: str
    wire: Path

    def __str__(self) -> str:
        return f"{self.platform.name}-{self.stream}-{self.wire.name.removesuffix('.wire.json')}"

    @property
    def golden(self) -> Path:
        return self.wire.with_name(self.wire.name.replace(".wire.json", ".record.json"))

    def record(self) -> Record:
        raw = self.wire.read_bytes()
        about = self.wire.with_name(self.wire.name.replace(".wire.json", ".about.json"))
        told = json.loads(about.read_text()) if about.exists() else {}
        return Record(
            self.stream,
            told.get("id") or json.loads(raw)["guid"],
            raw,
            SITE,
            partial=".partial." in self.wire.name,
            at=datetime.fromisoformat(told["at"]) if "at" in told else None,
        )

    def outcome(self, connector: Any) -> bytes:
        """The record, or why it is parked, as indented JSON."""
        try:
            found: Any = connector.read(self.record())
        except SkippedRecord as skipped:
            found = {
                "skipped": skipped.code,
                "sentence": skipped.sentence,
                "next_step": skipped.next_step,
            }
        return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def samples() -> Iterator[Sample]:
    for platform in platforms().values():
        for stream in platform.streams:
            for wire in sorted((_folder(platform) / stream).glob("*.wire.json")):
                yield Sample(platform, stream, wire)


def settings_of(platform: Platform) -> dict[str, Any]:
    return dict(json.loads((_folder(platform) / "account.json").read_text()))


def deliveries(platform: Platform) -> list[Delivery]:
    return list(named_deliveries(platform).values())


def named_deliveries(platform: Platform) -> dict[str, Delivery]:
    """By the name of the file, less its suffix."""
    found = {}
    for path in sorted(_folder(platform).glob("deliveries/*.json")):
        each = json.loads(path.read_text())
        found[path.stem] = Delivery(each["headers"], each["body"].encode())
    return found


def _folder(platform: Platform) -> Path:
    return Path(str(files(f"connectors.{platform.name}"))) / "samples"
