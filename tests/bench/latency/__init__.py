"""From a delivery leaving its sender to its order in the books, and to its invoice."""
