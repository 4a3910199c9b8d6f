"""Local stand-ins of the platforms: WSGI apps that behave, and misbehave, as documented."""
