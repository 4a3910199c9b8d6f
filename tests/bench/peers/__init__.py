"""The same history by what others would take for it: dlt, and a Singer tap with its target."""
