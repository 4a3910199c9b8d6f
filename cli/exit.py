"""What the command line's exit codes mean."""

DONE = 0
FAILED = 1
WRONG_USE = 2
# Quota or waiting: what was asked for goes on later by itself.
PARKED = 3
INTERRUPTED = 130
