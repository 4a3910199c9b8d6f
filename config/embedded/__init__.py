"""A private PostgreSQL and a private Redis-compatible server, shared by the processes of one home.

They make the project run on a machine that has neither. Every process inside ``servers`` holds a
lock; a keeper process starts the servers for the first one and stops them after the last.
"""

from config.embedded.errors import EmbeddedServerError
from config.embedded.sharing import Servers, discard, running, servers

__all__ = ["EmbeddedServerError", "Servers", "discard", "running", "servers"]
