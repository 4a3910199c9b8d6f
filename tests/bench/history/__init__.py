"""A merchant's past is read and stored."""
