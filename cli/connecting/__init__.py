"""What `taxpoynt connect` and `check` are made of."""
