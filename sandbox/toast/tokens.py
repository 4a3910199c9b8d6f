"""Access tokens: one a day, the same one for whoever asks again.

Source: guide apiAuthTokenRefresh, apiAuthenticationRateLimit; authentication API.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

import jwt

from sandbox.base.clock import Clock
from sandbox.toast.merchant import Merchant, named_guid

LIFETIME_S = 86_400
# A new token can be had only in the last minute of the old one.
RENEWAL_S = 60

SCOPES = (
    "orders:read",
    "guest.pi:read",
    "restaurants:read",
    "config:read",
    "menus:read",
    "stock:read",
    "stock:write",
    "cashmgmt:read",
)
_CLAIM = "https://toasttab.com/"


@dataclass(frozen=True)
class Token:
    """One token with the UNIX second it ends at."""

    text: str
    exp: int


class TokenIssuer:
    """Signs tokens and knows which of them still open the door."""

    def __init__(
        self, merchant: Merchant, clock: Clock, *, partner: bool, scopes: tuple[str, ...]
    ) -> None:
        self._merchant = merchant
        self._clock = clock
        self._partner = partner
        self._scopes = scopes
        # Its own, and the same after a restart, so that tokens outlive one.
        self._key = hashlib.sha256(f"jwt key of {merchant.client_secret}".encode()).digest()
        self._lock = threading.Lock()
        self._current: Token | None = None
        self._revoked: set[str] = set()
        self.logins = 0
        # The latest, oldest first.
        self.login_instants_ms: deque[int] = deque(maxlen=1_000)

    def login(self) -> tuple[Token, int]:
        """The token of the day and the seconds left of it."""
        with self._lock:
            self.logins += 1
            self.login_instants_ms.append(self._clock.now_ms())
            now = int(self._clock.now())
            if self._current is None or self._current.exp - now <= RENEWAL_S:
                self._current = self._sign(now)
            return self._current, self._current.exp - now

    def revoke(self) -> None:
        """End the current token early, as Toast may do."""
        with self._lock:
            if self._current is not None:
                self._revoked.add(self._current.text)
                self._current = None

    def claims(self, text: str) -> dict[str, Any] | None:
        """What a token says, if it is ours, not expired by the stand-in's clock, not revoked."""
        if text in self._revoked:
            return None
        try:
            claims: dict[str, Any] = jwt.decode(
                text,
                self._key,
                algorithms=["HS256"],
                # The stand-in has a clock of its own.
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            return None
        return claims if claims["exp"] > self._clock.now() else None

    def _sign(self, now: int) -> Token:
        exp = now + LIFETIME_S
        claims = {**self._identity(), "iat": now, "exp": exp, "jti": f"{now}-{self.logins}"}
        return Token(jwt.encode(claims, self._key, algorithm="HS256"), exp)

    def _identity(self) -> dict[str, Any]:
        merchant = self._merchant
        whose = (
            {f"{_CLAIM}partner_guid": named_guid("partner", merchant.client_id)}
            if self._partner
            else {f"{_CLAIM}management_set_guid": merchant.group_guid}
        )
        return {
            f"{_CLAIM}client_name": merchant.name,
            f"{_CLAIM}access_type": "TOAST_MACHINE_CLIENT",
            **whose,
            f"{_CLAIM}type": "PARTNER" if self._partner else "CUSTOMER",
            "iss": "https://toast-stand-in.localhost/",
            "sub": f"{merchant.client_id}@clients",
            "aud": "https://toast-stand-in.localhost/v1",
            "azp": merchant.client_id,
            "scope": " ".join(self._scopes),
            "gty": "client-credentials",
        }
