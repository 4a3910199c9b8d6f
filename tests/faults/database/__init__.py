"""Faults of the database: away, full, busy, read-only, or silent about what it did."""
