"""What processes hold after a little work, and after a lot of it."""
