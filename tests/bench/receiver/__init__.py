"""Deliveries come in at the door."""
