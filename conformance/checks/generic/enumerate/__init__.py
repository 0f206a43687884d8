"""Deterministic checks, each with a name: every rule, every cell of the lifecycle."""
