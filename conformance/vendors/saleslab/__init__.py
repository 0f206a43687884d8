"""What the suite needs to know of Sales Lab."""
