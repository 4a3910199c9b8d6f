"""Configuration: the things that orders refer to, a list for each kind."""
