"""The checks, in three layers.

`enumerate` covers the lifecycle table, `explore` runs stateful and concurrency tests, `fuzz` sends
generated requests.
"""
