"""A command whose standard output goes to a file: `python -m …answering FILE COMMAND…`."""

import os
import sys

if __name__ == "__main__":
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, sys.stdout.fileno())
    sys.argv[1:] = sys.argv[2:]

    from cli.main import main

    main()
