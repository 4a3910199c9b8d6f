from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from config.settings import SettingError, read


def test_without_an_environment_nothing_is_set_but_the_home() -> None:
    found = read({"PATH": "/bin"})
    assert found.home == Path(".taxpoynt").resolve()
    assert (found.database_url, found.broker_url, found.redis_url) == (None, None, None)
    assert (found.secret_keys, found.public_url, found.log_level) == ((), None, "INFO")


def test_nobody_changes_a_setting_behind_the_others() -> None:
    found = read({})
    with pytest.raises(FrozenInstanceError):
        found.log_level = "DEBUG"  # type: ignore[misc]


def test_an_unknown_variable_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(SettingError, match="Did you mean TAXPOYNT_DATABASE_URL") as caught:
        read({"TAXPOYNT_DATABSE_URL": "postgresql://h/d"})
    assert caught.value.variable == "TAXPOYNT_DATABSE_URL"


def test_an_unknown_variable_that_is_like_none_gets_the_list() -> None:
    with pytest.raises(SettingError, match=r"Known are: TAXPOYNT_HOME, .*TAXPOYNT_LOG_LEVEL"):
        read({"TAXPOYNT_ZZZ": "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOME", ""),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgresql:///name"),
        ("DATABASE_URL", "postgresql://[::1/name"),
        ("DATABASE_URL", "postgresql://host:port/name"),
        ("BROKER_URL", "http://host"),
        ("BROKER_URL", "redis://host:99999/0"),
        ("REDIS_URL", "amqp://host"),
        ("SECRET_KEYS", ""),
        ("SECRET_KEYS", " , "),
        ("SECRET_KEYS", "short"),
        ("SECRET_KEYS", "long-enough-a-key-1,short"),
        ("PUBLIC_URL", "example.com"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_malformed_setting_is_refused_by_name_and_says_what_to_do(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        read({f"TAXPOYNT_{name}": value})
    assert caught.value.variable == f"TAXPOYNT_{name}"
    assert caught.value.sentence.startswith(f"TAXPOYNT_{name} ")
    assert caught.value.next_step


def test_a_refusal_never_repeats_the_password_of_an_address() -> None:
    with pytest.raises(SettingError) as caught:
        read({"TAXPOYNT_DATABASE_URL": "postgresql://me:hunter22@host:port/name"})
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_way_of_naming_postgresql_means_the_driver_at_hand(scheme: str) -> None:
    found = read({"TAXPOYNT_DATABASE_URL": f"{scheme}://me:p@host:5432/name?sslmode=require"})
    assert found.database() == "postgresql+psycopg2://me:p@host:5432/name?sslmode=require"


def test_a_broker_that_speaks_redis_keeps_the_shared_budgets_too() -> None:
    assert read({"TAXPOYNT_BROKER_URL": "redis://h:1/0"}).redis() == "redis://h:1/0"
    apart = {"TAXPOYNT_BROKER_URL": "redis://h:1/0", "TAXPOYNT_REDIS_URL": "rediss://other:2/1"}
    assert read(apart).redis() == "rediss://other:2/1"


def test_another_broker_needs_a_redis_beside_it() -> None:
    found = read({"TAXPOYNT_BROKER_URL": "amqp://guest@h//"})
    assert found.broker() == "amqp://guest@h//"
    with pytest.raises(SettingError, match="TAXPOYNT_REDIS_URL is not set"):
        found.redis()


def test_a_server_that_nobody_named_says_which_variable_names_it() -> None:
    with pytest.raises(SettingError, match="TAXPOYNT_DATABASE_URL is not set") as caught:
        read({}).database()
    assert "make up" in caught.value.next_step


def test_keys_keep_their_order_and_lose_their_blanks() -> None:
    found = read({"TAXPOYNT_SECRET_KEYS": " new-key-new-key-1 , old-key-old-key-1,"})
    assert found.secret_keys == ("new-key-new-key-1", "old-key-old-key-1")
