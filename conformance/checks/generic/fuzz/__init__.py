"""Generated requests to every operation."""
