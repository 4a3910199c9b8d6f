"""The write path as the books grow."""
