"""Checks of rules that only OpenScouter has: layer `explore`."""
