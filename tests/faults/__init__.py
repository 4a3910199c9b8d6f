"""One fault at a time, and many at once: nothing is lost, doubled, stale or wrong."""
