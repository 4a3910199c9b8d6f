"""What a signal costs its sender, and what a task that does nothing costs its worker."""
