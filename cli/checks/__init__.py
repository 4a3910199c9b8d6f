"""What `taxpoynt doctor` looks at, a file a neighbourhood."""
