"""Encryption at rest with rotating keys: the first encrypts, each of them decrypts."""

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from config import redaction
from config.errors import PermanentError


def encrypt(plain: bytes, keys: Sequence[str]) -> bytes:
    """Seal `plain` with the first key."""
    return _ring(keys).encrypt(plain)


def decrypt(sealed: bytes, keys: Sequence[str]) -> bytes:
    """Open what any of `keys` sealed.

    Raises: PermanentError when none did.
    """
    try:
        return _ring(keys).decrypt(sealed)
    except InvalidToken:
        raise PermanentError(
            "secret.unreadable",
            "A stored secret can't be read with the keys at hand.",
            next_step="Put the key it was stored under back into TAXPOYNT_SECRET_KEYS, "
            "or connect the platform again.",
        ) from None


def derived(keys: Sequence[str], purpose: str) -> str:
    """A key of its own for `purpose`, so that one leaked use doesn't open the others."""
    return hashlib.blake2b(keys[0].encode(), person=purpose.encode()[:16]).hexdigest()


def kept_in(home: Path) -> str:
    """The key kept in `home`, made on first use and readable by its owner alone."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        # A file of its own, even beside the same process id in another container.
        with NamedTemporaryFile("w", dir=home, prefix=".secret_key.") as fresh:
            fresh.write(secrets.token_urlsafe(32))
            fresh.flush()
            os.fsync(fresh.fileno())
            # A link fails when the name exists: of two first starts, one key wins.
            with suppress(FileExistsError):
                os.link(fresh.name, path)
    key = path.read_text().strip()
    if not key:
        raise PermanentError(
            "secret.key_empty",
            f"The file {path} holds no key.",
            next_step="Put the key back; without it stored credentials can't be read.",
        )
    redaction.remember(key)
    return key


def _ring(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(key.encode(), digest_size=32).digest())
