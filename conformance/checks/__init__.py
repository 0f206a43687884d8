"""The checks, in layers: enumerate (certifies), explore (walks and races), fuzz (schemas and robustness)."""
