"""The control address: how tests and demos see into the stand-in and bend it."""
