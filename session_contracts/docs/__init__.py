"""The reference site: pages from contracts, for a folder or for the mock."""
