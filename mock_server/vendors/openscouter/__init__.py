"""OpenScouter: the parts of its API that belong to the mock."""
