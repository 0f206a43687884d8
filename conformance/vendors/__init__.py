"""What the suite needs to know of each bundled API: its suite profiles."""
