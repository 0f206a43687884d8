"""One small module for each API: what its contract names and cannot state (handlers, effects, its form of an error)."""
