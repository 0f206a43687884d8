"""One module for each command, and one for what they have in common."""
