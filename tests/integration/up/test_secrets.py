"""What `up` writes down of its stand-ins: no secret, and nothing for others to read."""

import json
import urllib.request
from pathlib import Path

from cli.running import parts
from config.embedded.home import Home
from tests.children import child, free_port
from tests.integration.up.installation import Installation
from tests.waiting import until


def test_a_stand_in_under_up_says_no_secret(place: Installation, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    part = parts.stand_in("toast", port, tmp_path / "data", 15.0)
    with child(part.argv, log=log, env=place.env) as stand_in:
        until(lambda: stand_in.says("Ctrl-C stops it"), what="its answer")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/control/merchant") as answer:
            facts = json.load(answer)
    said = log.read_text()
    assert facts["client_id"] in said
    for name in ("client_secret", "webhook_secret"):
        assert facts[name] not in said


def test_logs_are_for_their_owner_alone(tmp_path: Path) -> None:
    Home(tmp_path / "home").make()
    assert (tmp_path / "home" / "logs").stat().st_mode & 0o777 == 0o700
