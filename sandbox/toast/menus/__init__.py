"""Menus: what a restaurant has published, how it changes, and how the API shows it."""
