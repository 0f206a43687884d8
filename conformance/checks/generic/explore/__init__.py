"""Stateful tests against a model, property tests, and races."""
