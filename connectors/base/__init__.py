"""What every platform shares: the contract, the outbound HTTP client, the shared rate budget."""
