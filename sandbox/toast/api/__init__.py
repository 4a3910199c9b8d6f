"""The documented API, a file per service."""
