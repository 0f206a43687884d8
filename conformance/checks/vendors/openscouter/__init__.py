"""Checks of rules that only OpenScouter has."""
