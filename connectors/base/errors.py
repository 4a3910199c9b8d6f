"""Errors of the outbound side, by intent."""

from config.errors import TransientError


class WindowExpiredError(TransientError):
    """The place in the window is no longer valid; start the window again from its watermark."""
