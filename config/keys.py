"""Encryption at rest with rotating keys: the first encrypts, each of them decrypts."""

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

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
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        try:
            # A link fails when the name exists: of two first starts, one key wins.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _ring(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(key.encode(), digest_size=32).digest())
