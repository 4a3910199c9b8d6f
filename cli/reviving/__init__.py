"""What `taxpoynt dead` does, a file a command."""
