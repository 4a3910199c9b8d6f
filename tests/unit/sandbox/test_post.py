"""A webhook waits for its receiver as long as Toast does, and no longer."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from sandbox.toast.webhook import post as module
from sandbox.toast.webhook.post import post
from tests.deaf import full, outcome, silent


@pytest.mark.parametrize("receiver", [silent, full])
def test_a_receiver_that_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, receiver: Callable[[], AbstractContextManager[str]]
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)
    with receiver() as url:
        assert outcome(lambda: post(f"{url}/webhooks/toast/key", b"{}", {})) is None


def test_toast_gives_a_receiver_two_seconds() -> None:
    # Source: Toast's developer guide, apiTimeouts: two seconds to connect, two for the answer.
    assert module.TIMEOUT_S == 2.0
