"""Stock: how much of each item there is left."""
