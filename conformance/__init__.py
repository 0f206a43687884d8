"""The conformance suite: verifies any server against a contract, rule by rule.

It imports nothing of the mock: an error that both shared would go unnoticed.
"""
