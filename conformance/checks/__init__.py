"""The checks, in three layers: `enumerate` certifies, `explore` runs stateful tests, `fuzz` fuzzes."""
