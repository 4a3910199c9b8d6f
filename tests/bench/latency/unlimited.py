"""`taxpoynt` without Toast's limits on calls, so that an import goes as fast as it can."""

from cli.main import main
from tests.bench.history.reader import lift_limits

if __name__ == "__main__":
    lift_limits()
    main()
