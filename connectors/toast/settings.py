"""What `taxpoynt connect toast` takes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from connectors.base.hosts import is_loopback
from connectors.toast.account import LOGINS_AN_HOUR

SECRETS = frozenset({"client_secret", "webhook_secret"})

_filled = validate.Length(min=1, error="Must not be empty.")


def _address(value: str) -> None:
    parts = urlsplit(value)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValidationError("Must be a plain address such as https://ws-api.toasttab.com.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValidationError("Must begin with https:// since it carries the secret.")


class WebhookSecret(fields.Field[Any]):
    """One secret, several (while one replaces another), or one or several per event category."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Mapping) and value:
            if all(isinstance(key, str) and _secrets(kept) for key, kept in value.items()):
                return dict(value)
        elif _secrets(value):
            return value
        raise ValidationError(
            "Must be the secret, a list of secrets, or a map from event category to secret;"
            " none of them empty."
        )


class ToastSettings(Schema):
    """The settings of a Toast connection."""

    api_url = fields.String(required=True, validate=_address)
    client_id = fields.String(required=True, validate=_filled)
    client_secret = fields.String(required=True, validate=_filled)
    webhook_secret = WebhookSecret(load_default=None, allow_none=True)
    restaurants = fields.List(
        fields.String(
            validate=validate.Regexp(r"[0-9A-Za-z-]{1,64}\Z", error="Must be a restaurant's guid.")
        ),
        load_default=list,
    )
    whole_groups = fields.Boolean(load_default=False)
    history_interval_s = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(0, 60)
    )
    logins_an_hour = fields.Integer(
        load_default=LOGINS_AN_HOUR, strict=True, validate=validate.Range(1, 100_000)
    )

    @pre_load
    def tidy(self, data: Any, **kwargs: Any) -> Any:
        """Refuse unknown names in a sentence; take off what pasting leaves at the ends."""
        if not isinstance(data, Mapping):
            return data
        if unknown := sorted(str(name) for name in data if name not in self.fields):
            takes = ", ".join(self.fields)
            raise ValidationError(
                {
                    name: [f"Toast has no setting called {name}; it takes {takes}."]
                    for name in unknown
                }
            )
        return {name: _stripped(name, value) for name, value in data.items()}


def _stripped(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name not in ("api_url", "client_id", "client_secret"):
        return value
    return value.strip().rstrip("/") if name == "api_url" else value.strip()


def _secrets(value: Any) -> bool:
    """Whether `value` is a secret or a list of secrets."""
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(one, str) and one.strip() for one in listed)
