"""What the figures were seen on."""

import os
import platform
import re
from pathlib import Path

import psutil
import redis

from tests.bench.ground import Ground


def facts(on: Ground) -> dict[str, str]:
    """The machine and the servers, by the words the page shows."""
    (version,) = on.sql("SHOW server_version")[0]
    with redis.Redis.from_url(on.broker_url) as client:
        server = client.info("server")
    return {
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": str(version).partition(" ")[0],
        "Valkey": str(server.get("valkey_version", server["redis_version"])),
    }


def _processor() -> str:
    """Its name; Linux alone tells it in a file."""
    try:
        said = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    named = re.search(r"^model name\s*:\s*(.+)$", said, re.MULTILINE)
    return named[1] if named else platform.machine()
