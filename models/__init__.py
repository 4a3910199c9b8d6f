"""Nouns: tables, and the queries on them."""
