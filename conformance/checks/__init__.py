"""The checks, in three layers.

`enumerate` certifies, `explore` runs stateful tests and races, `fuzz` sends generated requests.
"""
