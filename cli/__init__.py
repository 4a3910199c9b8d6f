"""The command line: taxpoynt <command>, one file a verb."""
