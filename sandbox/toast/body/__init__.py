"""Bodies: orders as the API shows them."""
