"""A part whose port another program has says so, once and in the shape it was asked for."""

import json
import socket

import pytest

from tests.integration.up.installation import Installation


@pytest.mark.parametrize("part", [("flower",), ("sandbox", "toast")])
def test_a_port_of_another_program_is_refused_in_one_document(
    place: Installation, part: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = place.run(*part, "--json", "--port", str(port))
    assert said.returncode == 1
    assert json.loads(said.stdout)["error"] == {
        "code": "port.taken",
        "sentence": f"Port {port} is in use by another program.",
        "next_step": "Stop that program, or name another port with --port.",
    }
    assert said.stderr == ""
