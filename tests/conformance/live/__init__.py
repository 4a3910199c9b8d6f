"""What every platform's connector does against its stand-in, through the real runtime."""
