"""A worker of ours on one host, with the settings that a run compares.

`--platforms FOLDER` shows it further platforms: folders beside those in `connectors/`.
"""

import argparse

import connectors


def main() -> None:
    """Serve until killed."""
    asked = _arguments()
    if asked.platforms:
        connectors.__path__.append(asked.platforms)
    from tasks import app, handle

    if asked.batch:
        handle.BATCH = asked.batch
        handle.drain.__defaults__ = (asked.batch, None)
    if asked.prefetch:
        app.conf.worker_prefetch_multiplier = asked.prefetch
    app.worker_main(
        [
            *("--quiet", "worker", "-Ofair", "--without-gossip", "--without-mingle"),
            *(f"--hostname={asked.name}@scale", f"--queues={asked.queues}"),
            *(f"--concurrency={asked.concurrency}", "--loglevel=INFO"),
        ]
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--queues", default="toast.events")
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--prefetch", type=int)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--platforms")
    return parser.parse_args()


if __name__ == "__main__":
    main()
