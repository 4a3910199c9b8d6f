"""What every stand-in needs: a clock, limits, faults, a journal and a server."""
