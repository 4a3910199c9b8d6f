"""Paper: an invoice as JSON and HTML."""
