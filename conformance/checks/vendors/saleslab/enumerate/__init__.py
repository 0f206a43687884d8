"""Checks of rules that only Sales Lab has: layer `enumerate`."""
