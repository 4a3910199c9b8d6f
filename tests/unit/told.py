"""A program that tells how it was started."""

import os
import sys
import time
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Print what was asked for; exit with 3."""
    asked = sys.argv[1:]
    if asked[0] == "wait":
        time.sleep(60)
    if asked[0] == "loaded":
        sys.stdout.write(f"{asked[1] in sys.modules}\n")
        return
    if asked[0] == "settings":
        there = "config.settings" in sys.modules
        read = import_module("config.settings").settings.cache_info().currsize
        sys.stdout.write(f"{there} {read}\n")
        return
    said = (" ".join(asked), os.environ["TOLD"], sys.stdin.read(), Path.cwd(), os.getsid(0))
    sys.stdout.write("".join(f"{each}\n" for each in said))
    sys.stderr.write("aside\n")
    raise SystemExit(3)


if __name__ == "__main__":
    main()
