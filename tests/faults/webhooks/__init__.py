"""Faults of what platforms send: twice, out of order, badly signed, or no order at all."""
