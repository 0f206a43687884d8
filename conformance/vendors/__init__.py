"""What the suite needs to know of each bundled API: suite profiles, and helpers of checks."""
