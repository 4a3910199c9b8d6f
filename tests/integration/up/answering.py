"""A command whose standard output goes to a file: `python -m …answering FILE COMMAND…`.

Of the settings it is given only the home: other tests leave theirs in the environment.
"""

import os
import sys

if __name__ == "__main__":
    for name in [n for n in os.environ if n.startswith("TAXPOYNT_") and n != "TAXPOYNT_HOME"]:
        del os.environ[name]
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, sys.stdout.fileno())
    sys.argv[1:] = sys.argv[2:]

    from cli.main import main

    main()
