"""The floor: a client that turns the same pages and looks at nothing but whether one follows."""

import json
import sys
import time

import requests


def main() -> None:
    """Windows as JSON on standard input: an address, and a restaurant each."""
    windows = json.load(sys.stdin)
    start, spent = time.perf_counter(), time.process_time()
    with requests.Session() as session:
        session.trust_env = False
        size = sum(_read(session, *window) for window in windows)
    figures = {
        "bytes": size,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - spent,
    }
    sys.stdout.write(json.dumps(figures))


def _read(session: requests.Session, address: str, restaurant: str) -> int:
    size = page = 0
    more = True
    while more:
        page += 1
        answer = session.get(
            f"{address}&page={page}", headers={"Toast-Restaurant-External-ID": restaurant}
        )
        answer.raise_for_status()
        size += len(answer.content)
        more = "next" in answer.links
    return size


if __name__ == "__main__":
    main()
