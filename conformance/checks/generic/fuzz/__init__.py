"""Generated requests for every operation."""
