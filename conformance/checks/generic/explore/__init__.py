"""Walks through the lifecycle against a model, and races."""
