"""What the suite needs to know of Mobile Next."""
