"""Checks that every API gets, derived from its contract."""
