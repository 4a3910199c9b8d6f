"""A backlog of stored deliveries becomes orders."""
