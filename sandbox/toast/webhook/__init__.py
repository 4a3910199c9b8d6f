"""Webhooks: what changed, told to whoever subscribed."""
