"""What the suite needs to know of OpenScouter."""
