"""What the peers run, in an environment of their own: nothing of ours is imported here."""
