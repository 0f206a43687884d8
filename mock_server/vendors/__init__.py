"""The vendors' parts of the mock: a package for each API."""
