"""Benchmarks of the mock; see the module docstrings for how to run them."""
