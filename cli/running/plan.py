"""Where everything will be: addresses chosen before anything starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cli.running import stand_ins
from cli.running.ports import Ports
from cli.web_address import PORT

_FLOWER_PORT, _STAND_IN_PORT = 5555, 8101


@dataclass(frozen=True)
class Plan:
    """Ports on loopback; `stand_ins` by platform."""

    home: Path
    web: int
    flower: int
    stand_ins: dict[str, int] = field(default_factory=dict)

    @classmethod
    def choose(
        cls, home: Path, web: int | None, *, with_stand_ins: bool, say: Callable[[str], None]
    ) -> "Plan":
        """Last time's ports where they are free. Raises: PortTakenError when `web` is not."""
        ports = Ports(home, say)
        return cls(
            home,
            ports.choose("web", PORT) if web is None else ports.insist("web", web),
            ports.choose("flower", _FLOWER_PORT),
            _stand_ins(ports) if with_stand_ins else {},
        )

    @property
    def web_url(self) -> str:
        """The web as this machine sees it."""
        return _at(self.web)

    @property
    def flower_url(self) -> str:
        """Flower's pages."""
        return _at(self.flower)

    @property
    def stand_in_urls(self) -> dict[str, str]:
        """Stand-ins by platform."""
        return {platform: _at(port) for platform, port in self.stand_ins.items()}


def _stand_ins(ports: Ports) -> dict[str, int]:
    return {
        platform: ports.choose(f"sandbox-{platform}", _STAND_IN_PORT)
        for platform in stand_ins.available()
    }


def _at(port: int) -> str:
    return f"http://127.0.0.1:{port}"
