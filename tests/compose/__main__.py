"""`make compose-test`: docker-compose.yml for real, from nothing to an invoice and back.

Not part of `make test`: it installs Docker where that is missing, and takes some minutes.
"""

import sys

from tests.compose import engine, images, story
from tests.compose.shell import FailedError, step


def main() -> int:
    """Run the story on whatever Docker there is; leave the machine as it was found."""
    try:
        with engine.running():
            with step("base images"):
                images.have()
            with story.pipeline() as pipeline:
                story.sells_and_invoices(pipeline)
                story.survives_the_death_of_a_worker(pipeline)
    except FailedError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    sys.stdout.write("compose-test: all of it works.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
