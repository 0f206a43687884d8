"""Checks of rules that only Promptster has: layer `explore`."""
