"""Where requests come in: what is answered on the loop, without a server."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Response

from cli.serving import edge as edge_module
from cli.serving.edge import Edge
from models.inbox import NewEvent
from models.session import DatabaseAwayError
from webhooks.group import Place
from webhooks.promised import Promised


def _scope(**headers: str) -> Any:
    path = "/webhooks/toast/somebody"
    return SimpleNamespace(method="POST", path=path, headers=headers)


def test_a_delivery_that_nobody_settles_is_answered_at_the_end_of_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge_module, "DATABASE_S", 0.1)
    monkeypatch.setattr(edge_module, "prepare", lambda: None)
    place = Place(NewEvent(1, 1, "d", "order_updated", {}, b"", "c"), "toast", 0.0)
    promised = Promised(place, lambda _: Response("Not stored.", 503))
    proto = Mock()

    async def asked() -> None:
        edge = Edge(lambda environ, answer: promised(environ, answer), Mock())
        edge.__rsgi_init__(asyncio.get_running_loop())
        await asyncio.wait_for(edge.__rsgi__(_scope(), proto), 5)

    asyncio.run(asked())
    assert isinstance(place.fault, DatabaseAwayError)
    assert proto.response_bytes.call_args.args[0] == 503
