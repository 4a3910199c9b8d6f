"""How a command has work done: by workers when some are up, else in its own process."""
