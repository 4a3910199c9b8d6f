"""What changed since the cursor is read and stored."""
