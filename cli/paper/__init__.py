"""The commands under `taxpoynt invoices`."""
