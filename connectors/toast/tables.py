"""The tables of mapping.yaml, read once at import."""

from importlib.resources import files
from typing import Any

import yaml

_TABLES: dict[str, Any] = yaml.safe_load(
    files("connectors.toast").joinpath("mapping.yaml").read_text("utf-8")
)

FIELDS: dict[str, dict[str, str]] = _TABLES["fields"]
"""Per kind of part: our field and the name Toast gives it. Fields not listed keep their name."""

WORDS: dict[str, frozenset[str]] = {
    name: frozenset(values) for name, values in _TABLES["words"].items()
}
"""The values that decide something."""

UNNAMED: dict[str, str] = _TABLES["unnamed"]
"""What a part is called where Toast doesn't say."""
