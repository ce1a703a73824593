"""Pages of the hub, by noun."""
