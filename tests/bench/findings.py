"""What was found, part by part: a run of one part leaves what is known of the others as it was."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tests.bench.contest import Row


@dataclass(frozen=True)
class Finding:
    """The rows of one part and when and how they were seen."""

    rows: Sequence[Row]
    at: str
    seconds: float
    quick: bool
    machine: Mapping[str, str]


Findings = Mapping[str, Finding]


def merged(known: Findings, new: Findings, order: Sequence[str]) -> dict[str, Finding]:
    """`new` in the place of what was known of the same parts; parts as `order` has them."""
    both = {**known, **new}
    return {part: both[part] for part in order if part in both}


def document(findings: Findings) -> dict[str, Any]:
    """All of it as JSON has it."""
    return {
        part: {**asdict(one), "machine": dict(one.machine), "rows": [asdict(r) for r in one.rows]}
        for part, one in findings.items()
    }


def write(findings: Findings, path: Path) -> None:
    """As JSON for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(findings), indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> dict[str, Finding]:
    """What an earlier run wrote; nothing where none did."""
    if not path.exists():
        return {}
    known = json.loads(path.read_text())
    return {part: _finding(one) for part, one in known.items()}


def _finding(said: Mapping[str, Any]) -> Finding:
    names = {field.name for field in fields(Row)}
    rows = [Row(**{k: v for k, v in row.items() if k in names}) for row in said["rows"]]
    return Finding(**{**said, "rows": rows})
