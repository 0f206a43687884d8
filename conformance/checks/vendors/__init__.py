"""Checks that only one bundled API has, one folder each."""
