"""A host that nobody is at: named with its port, and told apart from a connection that was cut."""

import pytest

from config.errors import TransientError
from connectors.base.budget import Unlimited
from connectors.base.contract import Request
from connectors.base.http import Client
from connectors.base.tokens import MemoryTokens
from connectors.toast.client import Toast
from tests.unit.connectors.stage import Answer, playing

_SECRET = "the-client-secret"
_ASK = Request("GET", "/secret-path", auth=False)


def _fault_at(url: str) -> TransientError:
    toast = Toast({"api_url": url, "client_id": "us", "client_secret": _SECRET})
    with (
        Client(toast, tokens=MemoryTokens(), budget=Unlimited(), connection_key="c") as http,
        pytest.raises(TransientError) as caught,
    ):
        http.send(_ASK)
    return caught.value


def test_where_nobody_listens_host_and_port_are_named_and_what_to_do():
    with playing(lambda _: Answer()) as stage:
        url = stage.url
    fault = _fault_at(url)
    assert fault.code == "toast.unreachable"
    assert fault.sentence == f"Toast can't be reached at {url.removeprefix('http://')}."
    assert "If it lasts, correct api_url and connect again." in fault.next_step


def test_a_host_that_does_not_exist_is_named_with_the_usual_port_and_nothing_else():
    fault = _fault_at("https://nobody.invalid/secret-folder")
    assert fault.sentence == "Toast can't be reached at nobody.invalid:443."
    assert "secret" not in str(fault)


def test_a_cut_connection_is_no_reason_to_correct_the_address():
    with playing(lambda _: Answer(missing=3)) as stage:
        fault = _fault_at(stage.url)
    assert fault.code == "toast.unreachable"
    assert "api_url" not in fault.next_step
