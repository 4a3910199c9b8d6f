"""Where everything is, as told to a person or a script."""

from dataclasses import dataclass
from typing import Any

from cli.running.plan import Plan


@dataclass(frozen=True)
class Addresses:
    """The plan come true. `connected` are connections' names by platform."""

    plan: Plan
    connected: dict[str, str]
    public_url: str
    sign_in: str

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "home": str(self.plan.home),
            "web": self.plan.web_url,
            "public_url": self.public_url,
            "sign_in": self.sign_in,
            "flower": self.plan.flower_url,
            "sandbox": self.plan.stand_in_urls,
            "connections": self.connected,
        }

    def text(self) -> str:
        """For people."""
        rows = [
            ("Pages", self.public_url),
            ("Sign in", f"{self.sign_in}   (once; 'taxpoynt sign-in' makes another)"),
            ("Flower", self.plan.flower_url),
            *(
                (
                    f"{platform.title()} stand-in",
                    f"{url}   (connected as {self.connected[platform]})",
                )
                for platform, url in self.plan.stand_in_urls.items()
            ),
            ("Data and logs", str(self.plan.home)),
        ]
        width = max(len(name) for name, _ in rows)
        lines = (f"  {name:<{width}}  {value}" for name, value in rows)
        return "\n".join(["TaxPoynt is up.", "", *lines, "", "Ctrl-C stops all of it."])
