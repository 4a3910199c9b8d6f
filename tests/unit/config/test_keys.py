import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from config import keys
from config.errors import PermanentError

OLD, NEW, OTHER = "old-key-of-16-chars", "new-key-of-16-chars", "other-key-16-chars"


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals() -> None:
    before = keys.encrypt(b"secret", [OLD])
    rotated = [NEW, OLD]
    assert keys.decrypt(before, rotated) == b"secret"
    after = keys.encrypt(b"secret", rotated)
    assert keys.decrypt(after, [NEW]) == b"secret"
    with pytest.raises(PermanentError):
        keys.decrypt(after, [OLD])


def test_what_no_key_opens_says_which_setting_to_mend() -> None:
    sealed = keys.encrypt(b"very secret", [OLD])
    with pytest.raises(PermanentError) as caught:
        keys.decrypt(sealed, [OTHER])
    assert caught.value.code == "secret.unreadable"
    assert "TAXPOYNT_SECRET_KEYS" in caught.value.next_step


def test_a_sealed_secret_that_was_tampered_with_does_not_open() -> None:
    sealed = bytearray(keys.encrypt(b"secret", [OLD]))
    sealed[20] ^= 1
    with pytest.raises(PermanentError):
        keys.decrypt(bytes(sealed), [OLD])


def test_sealing_hides_the_plain_text_and_never_repeats_itself() -> None:
    one, two = (keys.encrypt(b"plain text", [OLD]) for _ in range(2))
    assert b"plain" not in one
    assert one != two


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert keys.derived([OLD], "session") == keys.derived([OLD, NEW], "session")
    assert len({keys.derived([OLD], "session"), keys.derived([OLD], "csrf"), OLD}) == 3


def test_the_kept_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    key = keys.kept_in(home)
    assert len(key) >= 32
    assert keys.kept_in(home) == key
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["secret_key"]


def test_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    starts = 16
    for attempt in range(20):
        gate = Barrier(starts)

        def start(home: Path = tmp_path / str(attempt), gate: Barrier = gate) -> str:
            gate.wait()
            return keys.kept_in(home)

        with ThreadPoolExecutor(starts) as pool:
            found = {future.result() for future in [pool.submit(start) for _ in range(starts)]}
        assert found == {keys.kept_in(tmp_path / str(attempt))}


def test_an_empty_key_file_is_never_taken_for_a_key(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(PermanentError, match="holds no key"):
        keys.kept_in(tmp_path)
