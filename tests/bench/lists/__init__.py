"""Lists and pages with ten thousand, a million and ten million orders in the books."""
