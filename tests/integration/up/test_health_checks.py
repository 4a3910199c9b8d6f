"""How docker-compose.yml asks whether its parts are well."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from config import embedded
from tests.children import ROOT, TAXPOYNT, child
from tests.integration.up.installation import Installation
from tests.waiting import until


def test_every_part_that_stays_has_a_health_check() -> None:
    without = {name for name, service in _services().items() if "healthcheck" not in service}
    assert without == {"migrate"}


def test_beat_is_healthy_while_it_answers(place: Installation, tmp_path: Path) -> None:
    asked = _services()["beat"]["healthcheck"]["test"][-1].replace("$$HOSTNAME", "$(hostname)")
    place.run("migrate")
    with embedded.servers(place.home) as found:
        env = place.env | {
            "TAXPOYNT_DATABASE_URL": found.database_url,
            "TAXPOYNT_BROKER_URL": found.broker_url,
            "PATH": f"{Path(sys.executable).parent}:{place.env['PATH']}",
        }

        def is_healthy() -> bool:
            said = subprocess.run(
                ["sh", "-c", asked], cwd=ROOT, env=env, capture_output=True, check=False
            )
            return said.returncode == 0

        assert not is_healthy()
        with child([*TAXPOYNT, "beat"], log=tmp_path / "log", env=env) as beat:
            until(is_healthy, timeout_s=60, what="an answer")
            beat.signal(signal.SIGSTOP)
            assert not is_healthy()


def _services() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text()
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found
