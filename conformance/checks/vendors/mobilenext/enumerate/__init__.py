"""Checks of rules that only Mobile Next has: layer `enumerate`."""
