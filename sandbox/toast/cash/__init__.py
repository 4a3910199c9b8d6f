"""Cash: what goes in and out of the drawers other than what guests pay."""
