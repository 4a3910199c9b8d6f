"""Doors for people: pages, JSON API, sign-in."""
