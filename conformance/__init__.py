"""The judge: verifies anybody's server against a contract, rule by rule. Imports nothing of the mock."""
