"""Doors for platforms: verify, store, signal, answer."""
