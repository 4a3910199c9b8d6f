"""Arithmetic: pure functions on money, totals, dates and numbers."""
