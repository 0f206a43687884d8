"""Each rule by itself: deterministic, named, in seconds."""
