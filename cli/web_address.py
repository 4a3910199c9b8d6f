"""Where the web is."""

from config.settings import Settings

# Where it listens unless it is told otherwise.
PORT = 8000


def web_url(settings: Settings) -> str:
    """Its address as platforms and people reach it, without a slash at the end."""
    return (settings.public_url or f"http://127.0.0.1:{PORT}").rstrip("/")
