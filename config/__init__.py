"""The ground: settings, clock, logging, errors and embedded servers."""
