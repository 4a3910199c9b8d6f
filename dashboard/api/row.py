"""Rows of lists on their way into JSON: many, and all of one shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema


class RowSchema(Schema):
    """Dumps mappings that hold every field under its own name.

    marshmallow looks for each value in five ways, which takes longer than all else of a list.
    """

    def _serialize(
        self, obj: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, many: bool = False
    ) -> Any:
        fields = [(name, field._serialize) for name, field in self.dump_fields.items()]
        rows: Any = obj if many else [obj]
        found = [{name: made(row[name], name, row) for name, made in fields} for row in rows]
        return found if many else found[0]
